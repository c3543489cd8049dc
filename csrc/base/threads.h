/* threads.h - threads that do the same job at the same time. */
#ifndef MG_THREADS_H
#define MG_THREADS_H

typedef struct mg_team mg_team;

/* What each of n threads does with a job. thread is its number; 0 is the one that called
 * mg_team_run. */
typedef void (*mg_team_job)(void *job, int thread, int n);

/* Returns a team of n threads, at most 256: the calling one and n - 1 new ones. NULL: out
 * of memory, or the system gives no more threads. The caller ends it with mg_team_stop. */
mg_team *mg_team_start(int n);

/* Runs function in every thread of the team. Returns when all are done. */
void mg_team_run(mg_team *team, mg_team_job function, void *job);

/* Ends the threads and frees the team. NULL is allowed. */
void mg_team_stop(mg_team *team);

#endif
