/* examples.c - examples through the programs for their lengths, and an optimizer. */
#include "graph/graph.h" /* first */

#include "jit/programs.h"

#include <math.h>
#include <string.h>

#include "jit/trainer.h"

static void fetch_parameters(const mg_programs *all, mg_workspace *w) {
    mg_lock(&mg_graph_lock);
    for (uint32_t i = 0; i < all->n_parameters; i++)
        w->values[i] = mg_at(all->parameters[i])->data;
    mg_unlock(&mg_graph_lock);
    w->version++;
}

/* --- running ------------------------------------------------------------------ */

static void load_parameters(const mg_member *m, const double *data, double *uniform) {
    for (uint32_t i = 0; i < m->n_stretches; i++) {
        const mg_stretch *s = &m->stretches[i];
        memcpy(uniform + s->slot, data + s->place, s->n * sizeof(double));
    }
}

static void add_gradients(const mg_member *m, double *grad, const double *uniform_grad) {
    for (uint32_t i = 0; i < m->n_stretches; i++) {
        const mg_stretch *s = &m->stretches[i];
        double *to = grad + s->place;
        const double *from = uniform_grad + s->slot;
        for (uint32_t j = 0; j < s->n; j++)
            to[j] += from[j];
    }
}

/* If the gradients of a program's parameters are, in its order, the first ones of all
 * parameters', clears the others behind them and returns all: (n_parameters,). Else, or if
 * there is no room for them, returns NULL. */
static double *as_all_gradients(const mg_programs *all, const mg_member *m,
                                double *uniform_grad) {
    const uint32_t n = m->program->n_parameters;
    if (n == 0 || m->stretches[0].n < n || m->places[0] != 0 ||
        m->program->uniform.slots < all->n_parameters)
        return NULL;
    memset(uniform_grad + n, 0, (all->n_parameters - n) * sizeof(double));
    return uniform_grad;
}

/* Returns the number of a batch's example i. */
static size_t example_of(const int64_t *order, size_t first, size_t i) {
    return order == NULL ? first + i : (size_t)order[i];
}

/* Runs one batch: n examples, those with the numbers in order, or from first on if that is
 * NULL. If all are for one program, they are its rows; else they run one by one, so that
 * their gradients are added in their order. Returns the sum of the first output, and sets
 * w->total to the gradient of its mean. */
static double run_examples(const mg_programs *all, mg_workspace *w, mg_team *team,
                           const mg_examples *examples, const int64_t *order, size_t first,
                           size_t n) {
    const uint32_t first_program = examples->program[example_of(order, first, 0)];
    size_t same = 1, k;
    while (same < n && examples->program[example_of(order, first, same)] == first_program)
        same++;
    k = same == n ? n : 1; /* how many run together */
    double sum = 0.0;
    w->total = NULL;
    for (size_t i = 0; i < n; i += k) {
        const uint32_t program = examples->program[example_of(order, first, i)];
        for (size_t j = 0; j < k; j++)
            w->rows[j] = examples->row[example_of(order, first, i + j)];
        const mg_member *m = &all->members[program];
        mg_batch batch = {.program = m->program,
                          .kernels = mg_best_kernels(),
                          .scratch = w->scratch[program],
                          .team = team,
                          .inputs = examples->inputs[program],
                          .order = w->rows,
                          .n = k,
                          .n_mean = n,
                          .backward = 1};
        if (w->versions[program] != w->version) {
            load_parameters(m, w->values, batch.scratch->uniform);
            w->versions[program] = w->version;
        }
        sum += mg_run_batch(&batch);
        if (k == n) /* all gradients may stay where they are */
            w->total = as_all_gradients(all, m, batch.scratch->uniform_grad);
        if (w->total != NULL)
            break;
        if (i == 0)
            memset(w->grad, 0, all->n_parameters * sizeof(double));
        add_gradients(m, w->grad, batch.scratch->uniform_grad);
    }
    if (w->total == NULL)
        w->total = w->grad;
    return sum;
}

static int is_finite(const mg_programs *all, const mg_workspace *w, double sum) {
    return isfinite(sum) && mg_all_finite(w->total, all->n_parameters);
}

mg_status mg_programs_gradient(mg_programs *all, const mg_examples *examples,
                               const double *parameters, int check_finite, double *mean,
                               double *gradient) {
    const size_t bytes = all->n_parameters * sizeof(double);
    mg_status status = MG_OK;
    mg_workspace *w = mg_borrow_workspace(all, examples, examples->n, 1);
    if (w == NULL)
        return MG_NO_MEMORY;
    if (parameters != NULL) {
        memcpy(w->values, parameters, bytes);
        w->version++;
    } else {
        fetch_parameters(all, w);
    }
    double sum = run_examples(all, w, NULL, examples, NULL, 0, examples->n);
    *mean = sum / (double)examples->n;
    if (check_finite && !is_finite(all, w, sum)) {
        status = MG_NOT_FINITE;
    } else if (gradient != NULL && bytes > 0) {
        memcpy(gradient, w->total, bytes);
    } else {
        mg_lock(&mg_graph_lock);
        for (uint32_t i = 0; i < all->n_parameters; i++)
            mg_at(all->parameters[i])->grad += w->total[i];
        mg_unlock(&mg_graph_lock);
    }
    mg_return_workspace(all, w);
    return status;
}

/* --- training ----------------------------------------------------------------- */

/* Runs and updates batch after batch, repeats times over all examples. */
static mg_status train(const mg_programs *all, mg_workspace *w, mg_team *team,
                       mg_trainer *t, const mg_examples *examples) {
    mg_training *training = t->training;
    const size_t n = training->n, batch_size = training->batch_size;
    for (size_t repeat = 0; repeat < training->repeats; repeat++)
        for (size_t first = 0; first < n; first += batch_size) {
            const size_t rows = n - first < batch_size ? n - first : batch_size;
            const int64_t *order =
                training->order == NULL ? NULL : training->order + repeat * n + first;
            double sum = run_examples(all, w, team, examples, order, first, rows);
            if (training->check_finite && !is_finite(all, w, sum))
                return MG_NOT_FINITE;
            training->sums[repeat] += sum;
            mg_trainer_step(t, w->values, w->total,
                            repeat + 1 == training->repeats && first + rows == n);
            w->version++;
        }
    return MG_OK;
}

mg_status mg_programs_train(mg_programs *all, const mg_examples *examples,
                            mg_training *training) {
    mg_trainer t;
    mg_team *team = NULL;
    mg_workspace *w = NULL;
    mg_status status = MG_NO_MEMORY;
    int fine = mg_trainer_start(&t, training, all->parameters, all->n_parameters);
    if (fine && training->n_threads > 1) {
        team = mg_team_start(training->n_threads);
        fine = team != NULL;
    }
    if (fine)
        w = mg_borrow_workspace(all, examples, training->batch_size, training->n_threads);
    if (w != NULL) {
        fetch_parameters(all, w);
        status = train(all, w, team, &t, examples);
        mg_trainer_finish(&t, w->values, status == MG_OK);
        mg_return_workspace(all, w);
    }
    mg_team_stop(team);
    mg_trainer_stop(&t);
    return status;
}
