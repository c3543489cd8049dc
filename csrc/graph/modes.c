/* modes.c - what a thread's operators do besides computing: record operands, trace. */
#include "graph/graph.h"

/* A thread's own variables are slow to read. So these count the threads in which they
 * differ from 0: while there is none, nobody needs to read them. */
size_t mg_threads_not_recording, mg_threads_tracing;

static MG_THREAD_LOCAL int not_recording;
static MG_THREAD_LOCAL double trace_number;

volatile size_t mg_mode_count;

int mg_this_thread_records(void) { return !not_recording; }
double mg_trace_of_this_thread(void) { return trace_number; }

void mg_set_recording(int on) {
    mg_lock(&mg_graph_lock);
    if (not_recording == (on != 0)) {
        not_recording = !on;
        mg_threads_not_recording += on ? (size_t)-1 : 1;
    }
    mg_unlock(&mg_graph_lock);
}

void mg_set_tracing(double number) {
    mg_lock(&mg_graph_lock);
    mg_threads_tracing += (size_t)(number != 0.0) - (size_t)(trace_number != 0.0);
    trace_number = number;
    mg_unlock(&mg_graph_lock);
}

void *mg_new_mode(size_t unused) {
    (void)unused;
    mg_lock(&mg_graph_lock);
    mg_mode_count++;
    mg_unlock(&mg_graph_lock);
    return (void *)&mg_mode_count; /* any address but NULL */
}

void mg_free_mode(void *mode) {
    (void)mode;
    mg_lock(&mg_graph_lock);
    mg_mode_count--;
    mg_unlock(&mg_graph_lock);
}

/* Takes no lock: the caller needs to see only what its own thread did before. */
size_t mg_modes(void) {
    return mg_mode_count + mg_threads_not_recording + mg_threads_tracing;
}
