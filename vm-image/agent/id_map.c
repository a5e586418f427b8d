#include "id_map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int id_map_parse(struct id_map *map, const char *text)
{
    *map = (struct id_map){0};
    while (*text != '\0') {
        struct id_range range;
        int length = 0;
        if (map->count == ID_RANGES_MAX ||
            sscanf(text, "%u %u %u\n%n", &range.inside, &range.outside, &range.size, &length) < 3 ||
            length == 0) {
            errno = EINVAL;
            return -1;
        }
        struct id_range *grown = realloc(map->ranges, (map->count + 1) * sizeof *grown);
        if (grown == NULL)
            return -1;
        map->ranges = grown;
        map->ranges[map->count++] = range;
        text += length;
    }
    return 0;
}

int id_map_outside(const struct id_map *map, uint32_t *id)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct id_range *range = &map->ranges[i];
        if (*id >= range->inside && *id - range->inside < range->size) {
            *id = range->outside + (*id - range->inside);
            return 0;
        }
    }
    errno = EOVERFLOW;
    return map->count == 0 ? 0 : -1;
}

int id_map_inside(const struct id_map *map, uint32_t *id)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct id_range *range = &map->ranges[i];
        if (*id >= range->outside && *id - range->outside < range->size) {
            *id = range->inside + (*id - range->outside);
            return 0;
        }
    }
    errno = EOVERFLOW;
    return map->count == 0 ? 0 : -1;
}
