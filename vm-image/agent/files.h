/* Works of jobs on files: the results are a record, the contents go over the standard streams. */
#ifndef FILES_H
#define FILES_H

#include "wire.h"

void stat_file(struct reader body);
void read_file(struct reader body);
void read_files(struct reader body);
void write_file(struct reader body);
void read_directory(struct reader body);
void read_tar(struct reader body);
void write_tar(struct reader body);

#endif
