/* The plan interpreter: `before`, `join`, clone, `parent` and `child`, each in its process. */
#ifndef PLAN_H
#define PLAN_H

#include "wire.h"

/* Works of jobs: run a plan that makes a process, or apply one that only prepares. */
void run_plan(struct reader body);
void apply_plan(struct reader body);

#endif
