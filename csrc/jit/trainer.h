/* trainer.h - the parameters and an optimizer's state during a training.
 *
 * Training works on copies of the parameters and of the optimizer's state in the order of
 * the programs, so that an update is a loop over consecutive doubles. The programs'
 * parameters come first. After them come the *extra* parameters, those that only the
 * optimizer has, whose gradients are 0. Parameters that only the programs have are
 * *frozen*: each update is followed by putting their data back.
 */
#ifndef MG_TRAINER_H
#define MG_TRAINER_H

#include "graph/graph.h" /* first */

typedef struct {
    mg_training *training;
    const mg_index *parameters; /* (n_parameters,): the programs' */
    uint32_t n_parameters;
    mg_optimizer optimizer; /* a copy, whose lr follows the training's rates */
    uint32_t *place;        /* (optimizer.n,): where each parameter's copy stands */
    uint32_t *frozen;       /* (n_frozen,): places */
    double *frozen_data;    /* (n_frozen,): their data */
    uint32_t n_frozen, n_extra;
    double *state[3];  /* copies of the optimizer's arrays; NULL where it has none */
    double *extra;     /* (n_extra,): data of the extra parameters */
    double *zeros;     /* (n_extra,): their gradients */
    double *last_grad; /* (n_parameters,): gradients of the last batch */
} mg_trainer;

/* Fills *trainer. Returns 0 if out of memory; mg_trainer_stop is to be called in any case.
 */
int mg_trainer_start(mg_trainer *trainer, mg_training *training,
                     const mg_index *parameters, uint32_t n_parameters);
void mg_trainer_stop(mg_trainer *trainer);

/* Takes a step of the optimizer. data, grad: (n_parameters,); grad may be changed.
 * is_last: true for the training's last batch, whose gradients are kept. */
void mg_trainer_step(mg_trainer *trainer, double *data, double *grad, int is_last);

/* Writes the parameters, data: (n_parameters,), and the state back to the graph and the
 * optimizer; with has_grad, also the last batch's gradients. */
void mg_trainer_finish(const mg_trainer *trainer, const double *data, int has_grad);

#endif
