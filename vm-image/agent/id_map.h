/* Which IDs of the machine those of a user namespace are. */
#ifndef ID_MAP_H
#define ID_MAP_H

#include <stddef.h>
#include <stdint.h>

enum { ID_RANGES_MAX = 340 /* as many as the kernel takes */ };

struct id_range {
    uint32_t inside;
    uint32_t outside;
    uint32_t size;
};

/* Without ranges, every ID is itself. */
struct id_map {
    size_t count;
    struct id_range *ranges;
};

/* Reads lines as uid_map has them; -1 with EINVAL for what is none. The map lives as long as the
 * process. */
int id_map_parse(struct id_map *map, const char *text);
/* Turns the ID; -1 with EOVERFLOW where no range has it. */
int id_map_outside(const struct id_map *map, uint32_t *id);
int id_map_inside(const struct id_map *map, uint32_t *id);

#endif
