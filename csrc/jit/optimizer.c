/* optimizer.c - the update rules of micrograd_c/optim/optimizers.py, operation by
 * operation, so that both round alike. That file names the rules' sources.
 *
 * A rule moves data: (n,) against grad: (n,), which it may change, and updates its state.
 */
#include "jit/optimizer.h" /* first */

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "graph/graph.h"
#include "kernels/kernels.h"

/* grad: (n,) += weight_decay * data: (n,) */
static void add_decay(const mg_optimizer *o, const double *data, double *grad, size_t n) {
    if (o->weight_decay != 0.0)
        for (size_t i = 0; i < n; i++)
            grad[i] += o->weight_decay * data[i];
}

/* True if this is the first step with momentum, whose gradient is not dampened. If that is
 * not known, as after load_state_dict, it is the first if buffer: (n,) holds nothing but
 * zeros. */
static int is_first(const mg_optimizer *o, double step, const double *buffer, size_t n) {
    double *first = o->first_with_momentum;
    if (first == NULL || step == 1.0) {
        if (first != NULL)
            *first = step;
        return step == 1.0;
    }
    if (*first == 0.0) {
        size_t i = 0;
        while (i < n && buffer[i] == 0.0)
            i++;
        *first = i == n ? step : 1.0;
    }
    return *first == step;
}

static void sgd(const mg_optimizer *o, double step, double *data, double *grad,
                double *const state[3], size_t n) {
    double *buffer = state[0];
    double momentum = o->momentum, rest = 1.0 - o->dampening;
    add_decay(o, data, grad, n);
    if (momentum != 0.0) {
        int first = is_first(o, step, buffer, n);
        for (size_t i = 0; i < n; i++) {
            double before = buffer[i] * momentum;
            buffer[i] = first ? grad[i] : before + rest * grad[i];
            grad[i] = o->flag ? grad[i] + momentum * buffer[i] : buffer[i];
        }
    }
    mg_best_kernels()->descend(data, grad, o->lr, n);
}

/* The rule that Adam and AdamW share. */
static void move_adaptively(const mg_optimizer *o, double step, double *data,
                            const double *grad, double *const state[3], size_t n) {
    double *average = state[0], *square = state[1], *largest = state[2];
    double rest1 = 1.0 - o->beta1, rest2 = 1.0 - o->beta2;
    double step_size = o->lr / (1.0 - pow(o->beta1, step));
    double correction = sqrt(1.0 - pow(o->beta2, step));
    const mg_adaptive rule = {rest1, o->beta2, rest2, step_size * correction,
                              o->eps * correction};
    if (!o->flag) {
        mg_best_kernels()->adapt(&rule, data, grad, average, square, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        double g = grad[i];
        average[i] += rest1 * (g - average[i]);
        double s = square[i] * o->beta2;
        s += rest2 * (g * g);
        square[i] = s;
        if (!(largest[i] >= s) && largest[i] == largest[i]) /* a NaN stays */
            largest[i] = s;
        data[i] -= rule.step_size * (average[i] / (sqrt(largest[i]) + rule.eps));
    }
}

static void adam(const mg_optimizer *o, double step, double *data, double *grad,
                 double *const state[3], size_t n) {
    add_decay(o, data, grad, n);
    move_adaptively(o, step, data, grad, state, n);
}

static void adamw(const mg_optimizer *o, double step, double *data, double *grad,
                  double *const state[3], size_t n) {
    double keep = 1.0 - o->lr * o->weight_decay;
    for (size_t i = 0; i < n; i++)
        data[i] *= keep;
    move_adaptively(o, step, data, grad, state, n);
}

static void rmsprop(const mg_optimizer *o, double step, double *data, double *grad,
                    double *const state[3], size_t n) {
    (void)step;
    double *square = state[0], *average = state[1], *buffer = state[2];
    double rest = 1.0 - o->alpha;
    add_decay(o, data, grad, n);
    for (size_t i = 0; i < n; i++) {
        double g = grad[i], v = square[i] * o->alpha;
        v += rest * (g * g);
        square[i] = v;
        if (o->flag) {
            average[i] += rest * (g - average[i]);
            v -= average[i] * average[i];
            v = v < 0.0 ? 0.0 : v;
        }
        g /= sqrt(v) + o->eps;
        if (o->momentum != 0.0) {
            double before = buffer[i] * o->momentum;
            buffer[i] = before + g;
            g = buffer[i];
        }
        data[i] -= o->lr * g;
    }
}

/* --- the table of kinds ------------------------------------------------------- */

typedef void update_rule(const mg_optimizer *o, double step, double *data, double *grad,
                         double *const state[3], size_t n);

/* A kind is one row: what mg_optimizer_describe returns, and its rule. */
static const struct {
    mg_optimizer_info info;
    update_rule *rule;
} kinds[] = {
    {{"sgd", "nesterov", 1}, sgd},
    {{"adam", "amsgrad", 3}, adam},
    {{"adamw", "amsgrad", 3}, adamw},
    {{"rmsprop", "centered", 3}, rmsprop},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

int mg_optimizer_find(const char *name) {
    for (int kind = 0; kind < N_KINDS; kind++)
        if (strcmp(kinds[kind].info.name, name) == 0)
            return kind;
    return -1;
}

mg_optimizer_info mg_optimizer_describe(int kind) { return kinds[kind].info; }

void mg_update(const mg_optimizer *o, double step, double *data, double *grad,
               double *const state[3], size_t n) {
    if (o->kind >= 0 && o->kind < N_KINDS)
        kinds[o->kind].rule(o, step, data, grad, state, n);
}

mg_status mg_optimizer_step(mg_optimizer *o) {
    double *data = mg_alloc(o->n, 2 * sizeof *data);
    if (data == NULL)
        return MG_NO_MEMORY;
    double *grad = data + o->n;
    mg_lock(&mg_graph_lock);
    for (size_t i = 0; i < o->n; i++) {
        data[i] = mg_at((mg_index)o->parameters[i])->data;
        grad[i] = mg_at((mg_index)o->parameters[i])->grad;
    }
    *o->step_count += 1.0;
    mg_update(o, *o->step_count, data, grad, o->state, o->n);
    for (size_t i = 0; i < o->n; i++)
        mg_write_data(mg_at((mg_index)o->parameters[i]), data[i]);
    mg_unlock(&mg_graph_lock);
    mg_dealloc(data);
    return MG_OK;
}
