/* threads.h - threads that do the same job at the same time. */
#ifndef MG_THREADS_H
#define MG_THREADS_H

typedef struct mg_team mg_team;

/* What each thread does: thread 0 is the one that called mg_team_run. */
typedef void (*mg_team_job)(void *job, int thread, int n);

/* n threads, of which n - 1 are new; NULL: no memory or no threads to be had. */
mg_team *mg_team_start(int n);

/* Returns when every thread is done. */
void mg_team_run(mg_team *team, mg_team_job function, void *job);

/* Ends the threads. NULL is allowed. */
void mg_team_stop(mg_team *team);

#endif
