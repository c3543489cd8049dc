/* programs.c - makes one of several programs, and the memory to run in. */
#include "graph/graph.h" /* first */

#include "jit/programs.h"

#include <string.h>

#include "base/alloc.h"

/* --- making ------------------------------------------------------------------- */

static void free_workspace(mg_workspace *w, uint32_t n) {
    if (w == NULL)
        return;
    for (uint32_t i = 0; w->scratch != NULL && i < n; i++)
        mg_free_scratch(w->scratch[i]);
    mg_dealloc(w->scratch);
    mg_dealloc(w->versions);
    mg_dealloc(w->values);
    mg_dealloc(w->grad);
    mg_dealloc(w->rows);
    mg_dealloc(w);
}

void mg_programs_free(mg_programs *all) {
    if (all == NULL)
        return;
    while (all->idle != NULL) {
        mg_workspace *next = all->idle->next;
        free_workspace(all->idle, all->n);
        all->idle = next;
    }
    for (uint32_t i = 0; all->members != NULL && i < all->n; i++) {
        mg_dealloc(all->members[i].places);
        mg_dealloc(all->members[i].stretches);
    }
    mg_dealloc(all->members);
    mg_dealloc(all->parameters);
    mg_dealloc(all);
}

/* Numbers the parameters of all programs. The caller holds the lock. */
static void number_parameters(mg_programs *all) {
    uint32_t mark = mg_new_mark();
    for (uint32_t i = 0; i < all->n; i++) {
        const mg_program *program = all->members[i].program;
        for (uint32_t j = 0; j < program->n_parameters; j++) {
            mg_node_t *node = mg_at(program->parameters[j]);
            if (node->mark != mark) {
                node->mark = mark;
                node->link = all->n_parameters;
                all->parameters[all->n_parameters++] = program->parameters[j];
            }
            all->members[i].places[j] = node->link;
        }
    }
}

/* Fills m->stretches, or only counts them if that is NULL. */
static void find_stretches(mg_member *m) {
    m->n_stretches = 0;
    for (uint32_t j = 0, n = 0; j < m->program->n_parameters; j += n) {
        const uint32_t place = m->places[j];
        for (n = 1; j + n < m->program->n_parameters; n++)
            if (m->places[j + n] != place + n)
                break;
        if (m->stretches != NULL)
            m->stretches[m->n_stretches] = (mg_stretch){j, place, n};
        m->n_stretches++;
    }
}

static int fill(mg_programs *all, mg_program *const *programs, size_t n) {
    size_t most = 0;
    all->members = mg_alloc(n, sizeof *all->members);
    if (all->members == NULL)
        return 0;
    memset(all->members, 0, n * sizeof *all->members);
    for (; all->n < n; all->n++) {
        mg_member *m = &all->members[all->n];
        m->program = programs[all->n];
        m->places = mg_alloc(m->program->n_parameters, sizeof *m->places);
        if (m->places == NULL)
            return 0;
        most += m->program->n_parameters;
    }
    all->parameters = mg_alloc(most, sizeof *all->parameters);
    if (all->parameters == NULL)
        return 0;
    mg_lock(&mg_graph_lock);
    number_parameters(all);
    mg_unlock(&mg_graph_lock);
    for (uint32_t i = 0; i < all->n; i++) {
        mg_member *m = &all->members[i];
        find_stretches(m);
        m->stretches = mg_alloc(m->n_stretches, sizeof *m->stretches);
        if (m->stretches == NULL)
            return 0;
        find_stretches(m);
    }
    return 1;
}

mg_programs *mg_programs_new(mg_program *const *programs, size_t n) {
    mg_programs *all = mg_alloc(1, sizeof *all);
    if (all == NULL)
        return NULL;
    memset(all, 0, sizeof *all);
    if (!fill(all, programs, n)) {
        mg_programs_free(all);
        return NULL;
    }
    return all;
}

size_t mg_programs_parameters(const mg_programs *all) { return all->n_parameters; }

mg_id mg_programs_parameter(const mg_programs *all, size_t i) {
    return all->parameters[i];
}

const uint32_t *mg_programs_places(const mg_programs *all, size_t i) {
    return all->members[i].places;
}

/* --- memory ------------------------------------------------------------------- */

/* Makes w ready for these examples, in batches of up to batch_size. Returns 0 if out of
 * memory, and if memory that w has already is too small. counts: (n,) is room. */
static int prepare(const mg_programs *all, mg_workspace *w, const mg_examples *examples,
                   size_t batch_size, int n_threads, size_t *counts) {
    mg_scratch_size rows = {0, 1, n_threads, 0};
    const mg_scratch *lender = NULL;
    memset(counts, 0, all->n * sizeof *counts);
    for (size_t i = 0; i < examples->n; i++)
        counts[examples->program[i]]++;
    for (uint32_t i = 0; i < all->n; i++) {
        if (counts[i] > batch_size)
            counts[i] = batch_size;
        if (counts[i] == 0)
            continue;
        size_t length =
            mg_scratch_size_of(all->members[i].program, counts[i], 1, 1).row_length;
        if (length > rows.row_length)
            rows.row_length = length;
    }
    for (uint32_t i = 0; i < all->n; i++)
        if (w->scratch[i] != NULL) { /* all of them have the same rows */
            lender = w->scratch[i];
            if (!mg_scratch_fits(lender, rows))
                return 0;
            rows.row_length = lender->row_length;
            break;
        }
    for (uint32_t i = 0; i < all->n; i++) {
        if (counts[i] == 0)
            continue;
        mg_scratch_size size = rows;
        size.chunks = mg_scratch_size_of(all->members[i].program, counts[i], 1, 1).chunks;
        if (w->scratch[i] == NULL)
            w->scratch[i] = mg_new_scratch(all->members[i].program, size, lender);
        if (w->scratch[i] == NULL || !mg_scratch_fits(w->scratch[i], size))
            return 0;
        if (lender == NULL)
            lender = w->scratch[i];
        mg_copy_shared(all->members[i].program, w->scratch[i], examples->inputs[i]);
    }
    return w->n_rows >= batch_size;
}

static mg_workspace *new_workspace(const mg_programs *all, size_t n_rows) {
    mg_workspace *w = mg_alloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    memset(w, 0, sizeof *w);
    w->scratch = mg_alloc(all->n, sizeof(mg_scratch *));
    if (w->scratch != NULL)
        memset(w->scratch, 0, all->n * sizeof(mg_scratch *));
    w->versions = mg_alloc(all->n, sizeof *w->versions);
    w->values = mg_alloc(all->n_parameters, sizeof *w->values);
    w->grad = mg_alloc(all->n_parameters, sizeof *w->grad);
    w->rows = mg_alloc(n_rows, sizeof *w->rows);
    w->n_rows = n_rows;
    if (!w->scratch || !w->versions || !w->values || !w->grad || !w->rows) {
        free_workspace(w, all->n);
        return NULL;
    }
    memset(w->versions, 0, all->n * sizeof *w->versions);
    return w;
}

mg_workspace *mg_borrow_workspace(mg_programs *all, const mg_examples *examples,
                                  size_t batch_size, int n_threads) {
    size_t *counts = mg_alloc(all->n, sizeof *counts);
    if (counts == NULL)
        return NULL;
    mg_lock(&mg_graph_lock);
    mg_workspace *w = all->idle;
    if (w != NULL)
        all->idle = w->next;
    mg_unlock(&mg_graph_lock);
    if (w == NULL || !prepare(all, w, examples, batch_size, n_threads, counts)) {
        free_workspace(w, all->n);
        w = new_workspace(all, batch_size);
        if (w != NULL && !prepare(all, w, examples, batch_size, n_threads, counts)) {
            free_workspace(w, all->n);
            w = NULL;
        }
    }
    mg_dealloc(counts);
    return w;
}

void mg_return_workspace(mg_programs *all, mg_workspace *w) {
    mg_lock(&mg_graph_lock);
    w->next = all->idle;
    all->idle = w;
    mg_unlock(&mg_graph_lock);
}
