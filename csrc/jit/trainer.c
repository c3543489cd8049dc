/* trainer.c - what the trainings of one program and of several have in common. */
#include "graph/graph.h" /* first */

#include "jit/trainer.h"

#include <string.h>

#include "base/alloc.h"
#include "jit/optimizer.h"

/* Finds the place of each of the optimizer's parameters, and the frozen parameters. */
static void match_parameters(mg_trainer *t) {
    const mg_optimizer *o = &t->optimizer;
    mg_lock(&mg_graph_lock);
    uint32_t given = mg_new_mark(), taken = mg_new_mark();
    for (uint32_t i = 0; i < t->n_parameters; i++) {
        mg_node_t *node = mg_at(t->parameters[i]);
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
            t->place[i] = t->n_parameters + t->n_extra++;
        }
    }
    int none_frozen = o->n - t->n_extra == t->n_parameters;
    for (uint32_t i = 0; !none_frozen && i < t->n_parameters; i++)
        if (mg_at(t->parameters[i])->mark == given) {
            t->frozen_data[t->n_frozen] = mg_at(t->parameters[i])->data;
            t->frozen[t->n_frozen++] = i;
        }
    mg_unlock(&mg_graph_lock);
}

/* Copies the optimizer's state to t->state, or back. */
static void copy_state(const mg_trainer *t, int back) {
    for (int s = 0; s < 3; s++)
        for (size_t i = 0; t->state[s] != NULL && i < t->optimizer.n; i++) {
            double *outside = &t->optimizer.state[s][i], *copy = &t->state[s][t->place[i]];
            if (back)
                *outside = *copy;
            else
                *copy = *outside;
        }
}

int mg_trainer_start(mg_trainer *t, mg_training *training, const mg_index *parameters,
                     uint32_t n_parameters) {
    memset(t, 0, sizeof *t);
    t->training = training;
    t->parameters = parameters;
    t->n_parameters = n_parameters;
    t->optimizer = *training->optimizer;
    size_t n = t->optimizer.n, all = n + n_parameters;
    int fine = 1;
    t->place = mg_alloc(n, sizeof *t->place);
    t->frozen = mg_alloc(n_parameters, sizeof *t->frozen);
    t->frozen_data = mg_alloc(n_parameters, sizeof *t->frozen_data);
    t->extra = mg_alloc(n, sizeof(double));
    t->zeros = mg_alloc(n, sizeof(double));
    t->last_grad = mg_alloc(n_parameters, sizeof(double));
    for (int s = 0; s < 3 && fine; s++)
        if (t->optimizer.state[s] != NULL) {
            t->state[s] = mg_alloc(all, sizeof(double));
            fine = t->state[s] != NULL;
            if (fine)
                memset(t->state[s], 0, all * sizeof(double));
        }
    if (!fine || !t->place || !t->frozen || !t->frozen_data || !t->extra || !t->zeros ||
        !t->last_grad)
        return 0;
    match_parameters(t);
    copy_state(t, 0);
    return 1;
}

void mg_trainer_stop(mg_trainer *t) {
    mg_dealloc(t->place);
    mg_dealloc(t->frozen);
    mg_dealloc(t->frozen_data);
    mg_dealloc(t->extra);
    mg_dealloc(t->zeros);
    mg_dealloc(t->last_grad);
    for (int s = 0; s < 3; s++)
        mg_dealloc(t->state[s]);
}

void mg_trainer_step(mg_trainer *t, double *data, double *grad, int is_last) {
    mg_training *training = t->training;
    mg_optimizer *o = &t->optimizer;
    uint32_t n = t->n_parameters;
    if (is_last && n > 0)
        memcpy(t->last_grad, grad, n * sizeof(double));
    if (training->rates != NULL)
        o->lr = training->rates[training->steps];
    training->steps++;
    *o->step_count += 1.0;
    mg_update(o, *o->step_count, data, grad, t->state, n);
    for (uint32_t i = 0; i < t->n_frozen; i++)
        data[t->frozen[i]] = t->frozen_data[i];
    if (t->n_extra > 0) {
        double *state[3];
        for (int s = 0; s < 3; s++)
            state[s] = t->state[s] == NULL ? NULL : t->state[s] + n;
        memset(t->zeros, 0, t->n_extra * sizeof(double));
        mg_update(o, *o->step_count, t->extra, t->zeros, state, t->n_extra);
    }
}

void mg_trainer_finish(const mg_trainer *t, const double *data, int has_grad) {
    mg_lock(&mg_graph_lock);
    for (size_t i = 0; i < t->optimizer.n; i++) {
        mg_node_t *node = mg_at((mg_index)t->optimizer.parameters[i]);
        uint32_t place = t->place[i];
        int own = place < t->n_parameters;
        mg_write_data(node, own ? data[place] : t->extra[place - t->n_parameters]);
        if (has_grad)
            node->grad = own ? t->last_grad[place] : 0.0;
    }
    for (uint32_t i = 0; has_grad && i < t->n_frozen; i++)
        mg_at(t->parameters[t->frozen[i]])->grad = t->last_grad[t->frozen[i]];
    mg_unlock(&mg_graph_lock);
    copy_state(t, 1);
}
