/* train.c - batch after batch through a program and an optimizer.
 *
 * Training works on copies of the parameters and of the optimizer's state in the program's
 * order, so that an update is a loop over consecutive doubles. The program's parameters
 * come first. After them come the *extra* parameters, those that only the optimizer has,
 * whose gradients are 0. Parameters that only the program has are *frozen*: each update is
 * followed by putting their data back.
 */
#include "graph/graph.h" /* first */

#include <string.h>

#include "base/alloc.h"
#include "jit/optimizer.h"
#include "jit/run.h"

typedef struct {
    const mg_program *program;
    mg_optimizer *optimizer;
    uint32_t *place;     /* (optimizer->n,): where each parameter's copy stands */
    uint32_t *frozen;    /* (n_frozen,): uniform slots */
    double *frozen_data; /* (n_frozen,): their data */
    uint32_t n_frozen, n_extra;
    double *state[3]; /* copies of the optimizer's arrays; NULL where it has none */
    double *extra;    /* (n_extra,): data of the extra parameters */
    double *zeros;    /* (n_extra,): their gradients */
} trainer;

/* Finds the place of each of the optimizer's parameters, and the frozen parameters. */
static void match_parameters(trainer *t) {
    const mg_program *p = t->program;
    const mg_optimizer *o = t->optimizer;
    mg_lock(&mg_graph_lock);
    uint32_t given = mg_new_mark(), taken = mg_new_mark();
    for (uint32_t i = 0; i < p->n_parameters; i++) {
        mg_node_t *node = mg_at(p->parameters[i]);
        node->mark = given;
        node->link = i;
    }
    for (size_t i = 0; i < o->n; i++) {
        mg_node_t *node = mg_at((mg_index)o->parameters[i]);
        if (node->mark == given) {
            t->place[i] = node->link;
            node->mark = taken;
        } else {
            t->extra[t->n_extra] = node->data;
            t->place[i] = p->n_parameters + t->n_extra++;
        }
    }
    int none_frozen = o->n - t->n_extra == p->n_parameters;
    for (uint32_t i = 0; !none_frozen && i < p->n_parameters; i++)
        if (mg_at(p->parameters[i])->mark == given) {
            t->frozen_data[t->n_frozen] = mg_at(p->parameters[i])->data;
            t->frozen[t->n_frozen++] = i;
        }
    mg_unlock(&mg_graph_lock);
}

/* Copies the optimizer's state to t->state, or back. */
static void copy_state(const trainer *t, int back) {
    for (int s = 0; s < 3; s++)
        for (size_t i = 0; t->state[s] != NULL && i < t->optimizer->n; i++) {
            double *outside = &t->optimizer->state[s][i],
                   *copy = &t->state[s][t->place[i]];
            if (back)
                *outside = *copy;
            else
                *copy = *outside;
        }
}

/* Returns 0 if out of memory; stop is to be called in any case. */
static int start(trainer *t) {
    size_t n = t->optimizer->n, all = n + t->program->n_parameters;
    int fine = 1;
    t->place = mg_alloc(n, sizeof *t->place);
    t->frozen = mg_alloc(t->program->n_parameters, sizeof *t->frozen);
    t->frozen_data = mg_alloc(t->program->n_parameters, sizeof *t->frozen_data);
    t->extra = mg_alloc(n, sizeof(double));
    t->zeros = mg_alloc(n, sizeof(double));
    for (int s = 0; s < 3 && fine; s++)
        if (t->optimizer->state[s] != NULL) {
            t->state[s] = mg_alloc(all, sizeof(double));
            fine = t->state[s] != NULL;
            if (fine)
                memset(t->state[s], 0, all * sizeof(double));
        }
    if (!fine || !t->place || !t->frozen || !t->frozen_data || !t->extra || !t->zeros)
        return 0;
    match_parameters(t);
    copy_state(t, 0);
    return 1;
}

static void stop(trainer *t) {
    mg_dealloc(t->place);
    mg_dealloc(t->frozen);
    mg_dealloc(t->frozen_data);
    mg_dealloc(t->extra);
    mg_dealloc(t->zeros);
    for (int s = 0; s < 3; s++)
        mg_dealloc(t->state[s]);
}

/* Takes a step of the optimizer. */
static void update(trainer *t, mg_scratch *scratch) {
    mg_optimizer *o = t->optimizer;
    uint32_t n = t->program->n_parameters;
    *o->step_count += 1.0;
    mg_update(o, *o->step_count, scratch->uniform, scratch->uniform_grad, t->state, n);
    for (uint32_t i = 0; i < t->n_frozen; i++)
        scratch->uniform[t->frozen[i]] = t->frozen_data[i];
    if (t->n_extra > 0) {
        double *state[3];
        for (int s = 0; s < 3; s++)
            state[s] = t->state[s] == NULL ? NULL : t->state[s] + n;
        memset(t->zeros, 0, t->n_extra * sizeof(double));
        mg_update(o, *o->step_count, t->extra, t->zeros, state, t->n_extra);
    }
}

/* Writes the parameters back to the graph, and the last batch's gradients unless grad is
 * NULL. */
static void write_back(const trainer *t, const mg_scratch *scratch, const double *grad) {
    const mg_program *p = t->program;
    mg_lock(&mg_graph_lock);
    for (size_t i = 0; i < t->optimizer->n; i++) {
        mg_node_t *node = mg_at((mg_index)t->optimizer->parameters[i]);
        uint32_t place = t->place[i];
        int own = place < p->n_parameters;
        mg_write_data(node,
                      own ? scratch->uniform[place] : t->extra[place - p->n_parameters]);
        if (grad != NULL)
            node->grad = own ? grad[place] : 0.0;
    }
    for (uint32_t i = 0; grad != NULL && i < t->n_frozen; i++)
        mg_at(p->parameters[t->frozen[i]])->grad = grad[t->frozen[i]];
    mg_unlock(&mg_graph_lock);
}

/* Runs and updates batch after batch, repeats times over all rows. moved: (n_inputs,) is
 * room for pointers; last_grad: (n_parameters,) = the last batch's gradients. */
static mg_status train(trainer *t, mg_batch *batch, size_t n, size_t batch_size,
                       size_t repeats, int check_finite, double *sums,
                       const double **moved, double *last_grad) {
    const mg_program *program = t->program;
    const double *const *inputs = batch->inputs;
    const int64_t *order = batch->order;
    for (size_t repeat = 0; repeat < repeats; repeat++)
        for (size_t first = 0; first < n; first += batch_size) {
            batch->n = n - first < batch_size ? n - first : batch_size;
            if (order != NULL) {
                batch->order = order + repeat * n + first;
            } else {
                for (uint32_t i = 0; i < program->n_inputs; i++)
                    moved[i] = inputs[i] + first * program->widths[i];
                batch->inputs = moved;
            }
            double sum = mg_run_batch(batch);
            if (check_finite && !mg_batch_is_finite(batch, sum))
                return MG_NOT_FINITE;
            sums[repeat] += sum;
            if (repeat + 1 == repeats && first + batch_size >= n)
                memcpy(last_grad, batch->scratch->uniform_grad,
                       program->n_parameters * sizeof(double));
            update(t, batch->scratch);
        }
    return MG_OK;
}

mg_status mg_program_train(mg_program *program, const double *const *inputs,
                           const int64_t *order, size_t n, size_t batch_size,
                           size_t repeats, mg_optimizer *optimizer, int n_threads,
                           int check_finite, double *sums) {
    trainer t = {.program = program, .optimizer = optimizer};
    mg_batch batch = {.program = program, .inputs = inputs, .order = order, .backward = 1};
    batch.kernels = mg_best_kernels();
    mg_status status = MG_NO_MEMORY;
    const double **moved = mg_alloc(program->n_inputs, sizeof *moved);
    double *last_grad = mg_alloc(program->n_parameters, sizeof(double));
    int fine = moved != NULL && last_grad != NULL && start(&t);
    if (fine && n_threads > 1) {
        batch.team = mg_team_start(n_threads);
        fine = batch.team != NULL;
    }
    if (fine)
        batch.scratch =
            mg_borrow_scratch(program, batch_size < n ? batch_size : n, 1, n_threads);
    if (fine && batch.scratch != NULL) {
        mg_fetch_parameters(program, batch.scratch);
        mg_copy_shared(program, batch.scratch, inputs);
        status = train(&t, &batch, n, batch_size, repeats, check_finite, sums, moved,
                       last_grad);
        write_back(&t, batch.scratch, status == MG_OK ? last_grad : NULL);
        copy_state(&t, 1);
        mg_return_scratch(program, batch.scratch);
    }
    mg_team_stop(batch.team);
    mg_dealloc((void *)moved);
    mg_dealloc(last_grad);
    stop(&t);
    return status;
}
