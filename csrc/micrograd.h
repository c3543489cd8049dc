/* micrograd.h - the public API: a graph of scalars and its gradients.
 *
 * CFFI parses the part between the comments "cffi: begin" and "cffi: end", so there is no
 * second list of these functions.
 *
 * Nodes: an mg_id names a node and is never 0. A function that makes a node gives its
 * caller one reference to it, which the caller releases with mg_release. A node holds
 * references to its operands. When a node loses its last reference it is freed at once,
 * with all that only it kept alive, without recursion. Its id is used again.
 *
 * Threads: any thread may call any function at any time. Every function that reads or
 * writes nodes takes the library's one lock.
 *
 * Errors: a function that makes a node returns 0 if it cannot, and leaves the graph as it
 * was. To pass the id of a freed node is the caller's error and is not detected. Nothing
 * here prints, exits or aborts, except in a build with -DMG_CHECKS, see base/checks.h.
 *
 * Cost: O(1) unless the comment on the function says otherwise.
 */
#ifndef MICROGRAD_H
#define MICROGRAD_H

#include <stddef.h>
#include <stdint.h>

/* cffi: begin */

/* A whole number below 2^32, so exact: CFFI passes a double faster than an integer. */
typedef double mg_id;

/* What a function that makes no node returns. */
typedef enum {
    MG_OK = 0,
    MG_NO_MEMORY = 1,
    MG_HAS_CUSTOM_BACKWARD = 2, /* of a node in the graph, see mg_set_custom_backward */
    MG_OTHER_TRACE = 3,         /* see mg_compile */
    MG_NOT_FINITE = 4,          /* a loss or a gradient is infinite or NaN */
    MG_IS_RUNNING = 5           /* see mg_bound_run */
} mg_status;

/* What mg_net_call returns. No node is made unless it is MG_NET_OK. */
typedef enum {
    MG_NET_OK = 0,
    MG_NET_NO_MEMORY = 1,
    MG_NET_PINNED = 2,         /* an input or a parameter is pinned, see mg_pin */
    MG_NET_CUSTOM_BACKWARD = 3 /* a parameter has one, or is no leaf any more */
} mg_net_result;

/* --- operators ---------------------------------------------------------- */

/* Returns the code of the operator with a name of ops.h ("add", "tanh", ...), or -1 if
 * there is none. "leaf" is 0 and "custom" is 1. O(operators). */
int mg_op_find(const char *name);

/* Return the name and the label ("+", "tanh", ...) of an operator by its code, or NULL if
 * no operator has the code. The library owns the strings. */
const char *mg_op_name(int op);
const char *mg_op_label(int op);

/* --- making nodes ------------------------------------------------------- */

/* Returns a new node without operands, or 0 if it is out of memory. */
mg_id mg_leaf(double data);

/* Each returns a new node, the result of one operator. A number becomes a leaf, to which
 * only the result holds a reference. k is the operator's parameter: the exponent of
 * "pow_k", the slope of "leaky_relu". style, 0 to 3, is a note of the caller's that is
 * stored with k, see mg_k_style. Each returns 0 if it is out of memory, if an operand is
 * pinned (see mg_pin), or if Python's math raises for this value. */
mg_id mg_add(mg_id a, mg_id b);
mg_id mg_mul(mg_id a, mg_id b);
mg_id mg_add_number(mg_id a, double b);
mg_id mg_mul_number(mg_id a, double b);
mg_id mg_unary(int op, mg_id a);
mg_id mg_unary_k(int op, mg_id a, double k, int style);
mg_id mg_binary(int op, mg_id a, mg_id b);

/* Sets whether operators and nets that the calling thread applies record their operands.
 * They do at first. With on = 0 they make leaves that only have the value. */
void mg_set_recording(int on);

/* Sets *ids to a new block of n ids, all 0. The caller owns the block, and the block owns
 * one reference to each node whose id is stored in it. Returns MG_NO_MEMORY, with *ids
 * NULL, if it is out of memory. O(n). */
mg_status mg_new_ids(size_t n, mg_id **ids);

/* Releases the nodes in a block of mg_new_ids, frees the block and sets *ids to NULL.
 * Does nothing if *ids is NULL. O(n + nodes freed). */
void mg_free_ids(mg_id **ids);

/* For callers that keep elsewhere whether to record and which trace they are in, and tell
 * the library before each call: they need not while mg_modes returns 0. It returns the
 * calls of mg_new_mode without their mg_free_mode, plus the threads that do not record or
 * that trace; it takes no lock. The other two have the signatures of malloc and free, for
 * CFFI to call them with an object; but unused is ignored, and the pointer that
 * mg_new_mode returns, never NULL, is no memory of the caller's. */
void *mg_new_mode(size_t unused);
void mg_free_mode(void *mode);
size_t mg_modes(void);

/* Returns a new node with the given data. It computes and checks nothing, accepts pinned
 * operands, and holds its operands also in a thread that does not record. n must be the
 * operator's number of operands. A custom node takes any number, which are copied, and
 * passes no gradient on. "take", for jit's traces, takes an index and at least one value;
 * it passes no gradient on either, but programs do. Returns 0 if it is out of memory, or
 * if op and n do not fit. O(n). */
mg_id mg_node(int op, const mg_id *operands, size_t n, double k, int style, double data);

/* Returns a new custom node with the given data and local gradients: backward adds the
 * node's gradient times local[i] to operand i's gradient. Copies both arrays. Returns 0 if
 * it is out of memory. O(n). */
mg_id mg_node_with_local(const mg_id *operands, const double *local, size_t n,
                         double data);

/* Writes the first max local gradients of a node to out. Returns how many the node has: 0
 * unless mg_node_with_local made it. O(max). */
size_t mg_local(mg_id id, double *out, size_t max);

/* Releases a node's operands and makes it a custom node without operands, with the same
 * data and gradient. A leaf stays a leaf. Returns MG_NO_MEMORY if it is out of memory;
 * then nothing changed. O(nodes freed). */
mg_status mg_release_operands(mg_id id);

/* Take one more reference to a node and release one. To release the last frees the node
 * and all that only it kept alive; it allocates nothing. O(nodes freed). */
void mg_retain(mg_id id);
void mg_release(mg_id id);

/* As mg_release, for a node about which the caller stores something of its own. Returns 1
 * if the node is still alive, 0 if it was freed. If it is alive, mg_is_noted is true of
 * it, and when it is freed, the function that was given to mg_on_free is called with its
 * id. */
int mg_release_noted(mg_id id);
int mg_is_noted(mg_id id);

/* Sets the function that is called when a node is freed for which mg_release_noted
 * returned 1; NULL for none. It is called in any thread, with the library's lock held, so
 * it must not call this library. */
void mg_on_free(void (*function)(mg_id));

/* Makes a node a leaf with this data and the gradient 0. Releases its operands and clears
 * its custom backward. Cannot fail. O(nodes freed). */
void mg_become_leaf(mg_id id, double data);

/* Exchanges what two nodes are. id becomes what custom is, a custom node that nobody else
 * uses, with the gradient 0 and without a custom backward of its own; custom becomes what
 * id was. Changes nothing and returns MG_NO_MEMORY if it is out of memory. Changes nothing
 * and sets *closes_cycle to 1, else to 0, if custom is computed from id. O(nodes below
 * custom). */
mg_status mg_become(mg_id id, mg_id custom, int *closes_cycle);

/* --- reading and writing a node ----------------------------------------- */

double mg_data(mg_id id);
double mg_grad(mg_id id);
void mg_set_data(mg_id id, double data);
void mg_set_grad(mg_id id, double grad);

/* Return a node's operator, by its code, and the k and style it was made with. */
int mg_op(mg_id id);
double mg_k(mg_id id);
int mg_k_style(mg_id id);

/* Expands the call of a net or of mg_linear that a node is an output of: these store their
 * graph in a compact form, and this turns it into nodes of ordinary operators. The
 * caller must do so before mg_op, mg_k or mg_operands of a node that may be an output.
 * Does nothing to any other node. Returns MG_NO_MEMORY if it is out of memory; then
 * nothing changed. O(nodes inside the call). */
mg_status mg_expand(mg_id id);

/* Writes the first max operands to out, without references, and returns how many there
 * are. O(max). */
size_t mg_operands(mg_id id, mg_id *out, size_t max);

/* --- gradients ---------------------------------------------------------- */

/* Sets the root's gradient to 1 and accumulates into the gradient of every node below it,
 * in reverse post-order of a depth-first search that visits operands left to right. Sets
 * no gradient to 0 before. Allocates memory only if it has to expand a net, see mg_expand.
 * Returns MG_NO_MEMORY or MG_HAS_CUSTOM_BACKWARD without having changed a gradient; the
 * functions below are for graphs with a custom backward. O(nodes below root). */
mg_status mg_backward(mg_id root);

/* Accumulates one node's gradient into its operands' gradients. Returns MG_NO_MEMORY if it
 * is out of memory for expanding a net, see mg_expand; then no gradient changed. */
mg_status mg_backward_node(mg_id id);

/* Sets *order to a block of *n ids, see mg_new_ids: the nodes in the order in which
 * mg_backward visits them. Leaves without a custom backward are left out, because their
 * step does nothing. Expands all nets below root. Returns MG_NO_MEMORY, with *order NULL,
 * if it is out of memory. O(nodes below root). */
mg_status mg_backward_order(mg_id root, mg_id **order, size_t *n);

/* Does the step of mg_backward_node for n nodes in this order. They must be nodes that
 * mg_backward_order returned and that are still alive. O(n). */
void mg_backward_nodes(const mg_id *order, size_t n);

/* --- nets --------------------------------------------------------------- */

/* Layers of neurons that are called as a whole: one call computes the same values, and
 * backward the same gradients, as one operator after the other would. */
typedef struct mg_net mg_net;

/* Returns a new net, which the caller frees with mg_net_free.
 * sizes: (n_layers + 1), the number of inputs and then of each layer's neurons.
 * ops: (n_layers), the code of each layer's nonlinearity, for which mg_net_has must return
 * 1, or -1 for none. parameters: leaves, layer by layer, neuron by
 * neuron, a neuron's weights and then its bias; the net takes a reference to each. Returns
 * NULL if it is out of memory, or if a size or an operator is not allowed.
 * O(parameters). */
mg_net *mg_net_new(const size_t *sizes, size_t n_layers, const int *ops,
                   const mg_id *parameters);

/* Frees a net; NULL is allowed. What its living calls need of it stays until they die. */
void mg_net_free(mg_net *net);

/* Returns 1 if nets have the operator as a nonlinearity of neurons, also for -1, none. */
int mg_net_has(int op);

/* Applies the net to one row. inputs: (nin) nodes, or NULL for numbers: (nin), which
 * become leaves as in mg_mul_number. Writes the last layer's nodes to outputs: (nout), a
 * reference to each. Refuses pinned nodes unless take_pinned != 0. O(weights) in time and
 * O(neurons) in memory. */
mg_net_result mg_net_call(mg_net *net, const mg_id *inputs, const double *numbers,
                          int take_pinned, mg_id *outputs);

/* --- many nodes in one call ------------------------------------------------ */

/* Each makes the nodes that single operators would make, in the order given here, and
 * returns the last, the root. Each returns 0 for the reasons for which a single operator
 * does, and leaves no node behind. O(n).
 * mg_total: 0 + v[0] + v[1] + ...
 * mg_dot: start + w[0] * x[0] + w[1] * x[1] + ...; start 0 stands for the number 0.
 * mg_logsumexp: m + log(sum of exp(v[i] - m)), where m is the largest data, or 0 if that
 * is infinite. It also returns 0 if n is 0. */
mg_id mg_total(const mg_id *values, size_t n);
mg_id mg_dot(const mg_id *ws, const mg_id *xs, size_t n, mg_id start);
mg_id mg_logsumexp(const mg_id *values, size_t n);

/* Each writes new nodes to out, a reference to each. Each returns MG_NO_MEMORY for the
 * reasons for which mg_total returns 0, or if n is 0; then no node is left. values,
 * weight, bias and out: (n); weight and bias may be NULL. m is that of mg_logsumexp. O(n).
 * mg_softmax: exp(v[i] - m) / their sum.
 * mg_log_softmax: v[i] - m - log(sum of exp(v[i] - m)).
 * mg_rms_norm: v[i] * (mean of v[i] * v[i], + eps) ** -0.5.
 * mg_layer_norm: d[i] * (mean of d[i] * d[i], + eps) ** -0.5 * weight[i] + bias[i], where
 * d[i] = v[i] - the mean of v. */
mg_status mg_softmax(const mg_id *values, size_t n, mg_id *out);
mg_status mg_log_softmax(const mg_id *values, size_t n, mg_id *out);
mg_status mg_rms_norm(const mg_id *values, size_t n, double eps, mg_id *out);
mg_status mg_layer_norm(const mg_id *values, size_t n, const mg_id *weight,
                        const mg_id *bias, double eps, mg_id *out);

/* Writes m new nodes to out, a reference to each: mg_dot of each row of weights and x,
 * with bias[j] as start. x: (n), weights: (m, n), bias: (m) or NULL, out: (m). The graph
 * is stored in a compact form, and expanded by mg_expand as that of a net. Returns
 * MG_NO_MEMORY, and makes no node, if it is out of memory, if n or m is 0, if a node is
 * pinned, if a weight is no leaf or has a custom backward, or in a trace. O(n * m) in
 * time, O(n + m) in memory, and O(n * m) once for each set of weights that is in use. */
mg_status mg_linear(const mg_id *x, size_t n, const mg_id *weights, size_t m,
                    const mg_id *bias, mg_id *out);

/* Read or write the data or the gradients of n nodes. ids, data and grad: (n). O(n). */
void mg_get_data(const mg_id *ids, size_t n, double *data);
void mg_get_grad(const mg_id *ids, size_t n, double *grad);
void mg_set_data_of(const mg_id *ids, size_t n, const double *data);
void mg_set_grad_of(const mg_id *ids, size_t n, const double *grad);
void mg_zero_grad(const mg_id *ids, size_t n);

/* --- what the caller notes on nodes -------------------------------------- */

/* Pins a node. The object that the caller has for a pinned node must stay alive as long as
 * what is computed from the node, so mg_add and the like refuse it as an operand: the
 * caller makes the result with mg_node and notes on it what it must hold. Returns 1 if
 * nodes were already computed from this one when it was pinned, which do not hold the
 * caller's object yet; it is pending then, until mg_clear_pending. Returns 0 otherwise. */
int mg_pin(mg_id id);

/* Says that the nodes computed from a pending node hold the caller's object now. */
void mg_clear_pending(mg_id id);
int mg_is_pinned(mg_id id);

/* Set and clear the note that the caller has a custom backward for this node, a function
 * to be called in place of the operator's derivative. */
void mg_set_custom_backward(mg_id id);
void mg_clear_custom_backward(mg_id id);
int mg_has_custom_backward(mg_id id);

/* True if the caller has a reference to the node: the one that came with making it or one
 * of mg_retain. False if only other nodes keep it alive. */
int mg_is_owned(mg_id id);

/* Sets *out to a block of *n_out ids, see mg_new_ids: the nodes that are computed from a
 * target and are among the given nodes or below them, each after its operands. Expands the
 * nets among them. Returns MG_NO_MEMORY, with *out NULL, if it is out of memory; some nets
 * may be expanded then. O(nodes below the given ones). */
mg_status mg_computed_from(const mg_id *targets, size_t n_targets, const mg_id *nodes,
                           size_t n, mg_id **out, size_t *n_out);

/* --- programs ------------------------------------------------------------ */

/* A program computes what a graph computes, for many examples: its inputs are arrays with
 * a row for each example. It never changes. Any threads may run it at the same time, and
 * none of them holds the library's lock while it runs. */
typedef struct mg_program mg_program;

/* Says that the calling thread traces from now on. number is the trace's, > 0 and never
 * used before; 0 ends the trace. A leaf made in a trace is a constant of that trace. */
void mg_set_tracing(double number);

/* Returns the number of the trace in which a leaf was made, negated for an argument made
 * by mg_traced; 0 if it was made in no trace. */
double mg_made_in(mg_id leaf);

/* Makes a node whose data is not known, and is NaN. Nothing is computed or checked, and
 * pinned operands are accepted. b is 0 for an operator of one operand, a and b are 0 for
 * "leaf". Returns 0 if out of memory, or, for an operator, while the thread does not
 * record. */
mg_id mg_traced(int op, mg_id a, mg_id b, double k);

/* What mg_total and mg_dot make, of nodes as mg_traced makes them. Return 0 for its reasons;
 * then no node is left. O(n). */
mg_id mg_traced_total(const mg_id *values, size_t n);
mg_id mg_traced_dot(const mg_id *ws, const mg_id *xs, size_t n, mg_id start);

/* Compiles the program that computes the outputs from args, leaves that stand for the
 * columns of n_inputs arrays, of widths[i] columns each. The last n_shared arrays have a
 * single row, which all rows of the others share. Another leaf is a parameter if
 * somebody owns it, but a constant if it was made in the trace that the calling thread is
 * in. Elementary functions are those of csrc/elementary, or the C library's if uses_libm
 * is true. The program keeps its parameters alive, not the rest of the graph. The caller
 * frees it. O(nodes below the outputs). On failure returns NULL and sets *status:
 * MG_NO_MEMORY; MG_HAS_CUSTOM_BACKWARD if there is a custom node or one of
 * mg_set_custom_backward; MG_OTHER_TRACE if there is an argument of another trace. */
mg_program *mg_compile(const mg_id *args, const size_t *widths, size_t n_inputs,
                       size_t n_shared, const mg_id *outputs, size_t n_outputs,
                       int uses_libm, mg_status *status);

/* Frees a program that nobody runs; NULL is allowed. */
void mg_program_free(mg_program *program);

/* The addresses of functions that were compiled for one program, see jit/native.h; NULL
 * where there is none. Those of rows are by the width of a block: 16, 4 and 1 rows. Where
 * there is a function for both directions, it runs in place of the two others. */
typedef struct {
    void *uniform_forward, *uniform_backward;
    void *forward[3], *backward[3], *both[3];
    int stores_first; /* true: uniform_backward alone writes gradients, and stores each
                         before it adds to it, except for those of the parameters */
} mg_native;

/* Makes a program run by these functions, which must stay loaded until it is freed. No
 * other thread may run the program meanwhile. */
void mg_program_use_native(mg_program *program, const mg_native *native);

/* out: (n, outputs) = the outputs for each of n > 0 rows. Each of inputs is a row-major
 * array of n rows, or of one if it is shared. parameters: (n_parameters,) are the
 * parameters' data; if NULL, they are read from the graph. Returns MG_OK or MG_NO_MEMORY.
 */
mg_status mg_program_forward(mg_program *program, const double *const *inputs, size_t n,
                             const double *parameters, double *out);

/* Sets *mean to the mean of the first output over n > 0 rows, and adds its gradient to the
 * parameters'. Returns MG_OK; MG_NO_MEMORY; or, with check_finite, MG_NOT_FINITE if the
 * mean or a gradient is not finite. After an error no gradient has changed. */
mg_status mg_program_backward(mg_program *program, const double *const *inputs, size_t n,
                              int check_finite, double *mean);

/* The same, but no node changes: the parameters' data are those of parameters:
 * (n_parameters,), or of the graph if NULL, and gradient: (n_parameters,) is set to the
 * gradient of the mean. Both are in the order of mg_program_parameter. After an error
 * gradient is as it was. */
mg_status mg_program_value_and_grad(mg_program *program, const double *const *inputs,
                                    size_t n, const double *parameters, int check_finite,
                                    double *mean, double *gradient);

/* Runs once on n > 0 rows what mg_bind would prepare, with memory that the program keeps
 * for its next run. The arguments are those of mg_bind. Sets *mean to the mean of the
 * first output. Returns MG_OK, MG_NO_MEMORY, or, with check_finite and a gradient,
 * MG_NOT_FINITE if the mean or a gradient is not finite. O(parameters) besides the run. */
mg_status mg_program_call(mg_program *program, const double *const *inputs, size_t n,
                          const double *parameters, const int64_t *places, double *out,
                          double *gradient, size_t n_gradient, int check_finite,
                          double *mean);

/* A program with its arrays, prepared for many runs: see mg_bind. */
typedef struct mg_bound mg_bound;

/* Prepares runs of a program on n > 0 rows that all read and write the same memory. inputs
 * is as in mg_program_forward and is copied; the arrays it names, and those below, must
 * stay where they are until mg_bound_free, and so must the program. out: (n, outputs)
 * receives the outputs. gradient: (n_gradient,) receives the gradient of the mean of the
 * first output; NULL: there is no backward pass. places: (n_parameters,) says which
 * element of parameters holds the data of the program's parameter i, and which of gradient
 * its gradient; -1: it has no element, its data are read from the graph, and its gradient
 * is dropped. NULL: element i, of n_gradient = n_parameters. Elements of gradient without a
 * parameter are set to 0. With parameters NULL, all are read from the graph. The caller
 * frees the result with mg_bound_free. Returns NULL if it is out of memory. O(parameters +
 * slots). */
mg_bound *mg_bind(mg_program *program, const double *const *inputs, size_t n,
                  const double *parameters, const int64_t *places, double *out,
                  double *gradient, size_t n_gradient, int check_finite);

/* Runs once, and sets *mean to the mean of the first output. Allocates nothing. Returns
 * MG_OK; MG_IS_RUNNING if another thread is in a run of the same mg_bound, which goes on:
 * nothing was done; or, with check_finite and a gradient, MG_NOT_FINITE if the mean or a
 * gradient is not finite: the arrays then hold what was computed. */
mg_status mg_bound_run(mg_bound *bound, double *mean);

/* Frees what nobody runs; NULL is allowed. */
void mg_bound_free(mg_bound *bound);

/* What the library knows of a kind of optimizer. */
typedef struct {
    const char *name; /* the kind, as the classes of micrograd_c/optim spell it */
    const char *flag; /* the hyperparameter that mg_optimizer.flag holds */
    size_t n_state;   /* the arrays of state that its rule has */
} mg_optimizer_info;

/* Returns the number of the kind with this name, from 0 on; -1: the library has no rule
 * for it. */
int mg_optimizer_find(const char *name);

/* Describes a kind that mg_optimizer_find returned. */
mg_optimizer_info mg_optimizer_describe(int kind);

/* An optimizer of micrograd_c/optim. The caller owns all that it points to. */
typedef struct {
    int kind; /* from mg_optimizer_find; any other number stands for a rule that does
                 nothing */
    double lr, momentum, dampening, weight_decay, beta1, beta2, eps, alpha;
    int flag;                    /* see mg_optimizer_info */
    double *step_count;          /* steps taken so far */
    double *first_with_momentum; /* the number of SGD's first step with momentum, 0 if that
                                    is not known; NULL: it is step 1 */
    size_t n;
    const mg_id *parameters; /* (n,) */
    double *state[3]; /* (n,) each, in the order of its state_names; NULL if unused */
} mg_optimizer;

/* Moves the parameters once, against their gradients. Returns MG_OK, or MG_NO_MEMORY if
 * nothing was done. */
mg_status mg_optimizer_step(mg_optimizer *optimizer);

/* A training: repeats times n > 0 rows, in batches of batch_size; the last batch may be
 * smaller. For each batch the mean of the first output is computed, and the optimizer, with
 * its state, takes a step. The sums of the first output over the rows, before the steps,
 * are added to sums. The caller owns all that it points to. */
typedef struct {
    const int64_t *order; /* (repeats, n): the numbers of the rows to take, n for each
                             repeat; NULL: rows 0 to n */
    size_t n, batch_size, repeats;
    mg_optimizer *optimizer;
    const double *rates; /* (batches,): the learning rate of each step; NULL: the
                            optimizer's lr */
    int n_threads;
    int check_finite;
    double *sums; /* (repeats,) */
    size_t steps; /* += the steps that were taken; 0 before the call */
} mg_training;

/* Trains a program. Afterwards the parameters' gradients are those of the last batch. No
 * other call may write to the parameters, the optimizer or the training meanwhile. Returns
 * MG_OK; MG_NO_MEMORY if nothing was done; or, with check_finite, MG_NOT_FINITE: training
 * stopped before the first step for which the sum or a gradient is not finite, and no
 * gradient was written. */
mg_status mg_program_train(mg_program *program, const double *const *inputs,
                           mg_training *training);

/* Programs of one function, for rows of several lengths. Their parameters are numbered
 * together: those of the first program in its order, then those that only the second has,
 * and so on. Any threads may use it at the same time. */
typedef struct mg_programs mg_programs;

/* Returns the programs as one, which the caller frees with mg_programs_free before the
 * programs; NULL: out of memory. O(parameters of all). */
mg_programs *mg_programs_new(mg_program *const *programs, size_t n);

/* Frees what nobody runs; NULL is allowed. */
void mg_programs_free(mg_programs *programs);

/* Returns how many parameters all programs have together. */
size_t mg_programs_parameters(const mg_programs *programs);

mg_id mg_programs_parameter(const mg_programs *programs, size_t i);

/* Returns the numbers of the parameters of program i, in its own order; owned by programs. */
const uint32_t *mg_programs_places(const mg_programs *programs, size_t i);

/* Examples, each of them a row for one of several programs. */
typedef struct {
    size_t n;                /* examples; > 0 */
    const uint32_t *program; /* (n,): the number of the program that computes it */
    const int64_t *row;      /* (n,): its row in the arrays of that program */
    const double *const *const *inputs; /* by program: its arrays, as in mg_program_forward;
                                           not read if no example is for the program */
} mg_examples;

/* Sets *mean to the mean of the first output over all examples, in their order, and adds its
 * gradient to the parameters'; or, with gradient: (mg_programs_parameters,), sets that to
 * it, and no node changes. Examples that are all for one program run as rows of it; others
 * run one by one, and their gradients are added in their order. parameters:
 * (mg_programs_parameters,) are the parameters' data; NULL: those of the graph. Returns
 * MG_OK, MG_NO_MEMORY, or, with check_finite, MG_NOT_FINITE if the mean or a gradient is
 * not finite. After an error no gradient has changed. */
mg_status mg_programs_gradient(mg_programs *programs, const mg_examples *examples,
                               const double *parameters, int check_finite, double *mean,
                               double *gradient);

/* Does what mg_program_train does. The training's rows are examples, whose gradients are
 * added as in mg_programs_gradient. A parameter that a batch's programs do not have gets
 * the gradient 0, with which the optimizer steps it. */
mg_status mg_programs_train(mg_programs *programs, const mg_examples *examples,
                            mg_training *training);

typedef struct {
    size_t instructions, uniform_instructions;     /* all; those that run once a batch */
    size_t inputs, parameters, constants, outputs; /* inputs: columns of rows */
    size_t shared; /* columns of shared arrays: in the uniform slots after the constants */
    size_t nodes;  /* of the graph that the program was compiled from */
    size_t row_slots, uniform_slots;
    size_t index_length; /* of mg_program_index */
    const char *kernels; /* the instruction set in use */
} mg_program_info;

/* n slots that an instruction reads: slots first, first + 1, ..., or, if listed, those at
 * first, first + 1, ... in mg_program_index. n is 0 if there is no such operand. */
typedef struct {
    uint32_t first, n;
    int listed;
    int uniform; /* true: uniform slots; false: slots of rows, or, if listed, those with
                    the tag MG_UNIFORM_SLOT uniform ones */
} mg_operand_info;

/* An instruction. It writes the n slots from out on: uniform slots, or slots of rows. */
typedef struct {
    const char
        *listing; /* its text, with {a}, {b}, {c} and {k} for operands and parameter */
    int uniform, relu; /* true: it runs once a batch; it applies relu to its results */
    uint32_t out, n;
    uint32_t m; /* terms of each result, or inputs of each neuron; otherwise 0 */
    /* By operand, a bit for each from the lowest on: backward passes a gradient on to it;
     * and that gradient is stored, not added. */
    int grads, firsts;
    uint32_t sets; /* a layer applies its weights to so many sets of inputs; otherwise 1 */
    mg_operand_info a, b, c;
    double k;
} mg_instruction_info;

/* The tag of a uniform slot where it may stand beside slots of rows. */
#define MG_UNIFORM_SLOT 0x80000000

mg_program_info mg_program_describe(const mg_program *program);

/* Describes instruction i; the uniform ones come first. */
mg_instruction_info mg_program_instruction(const mg_program *program, size_t i);

/* These return what the program owns. Parameter i is in uniform slot i, and the constants
 * are in the uniform slots after the parameters. */
const uint32_t *mg_program_index(const mg_program *program);
const double *mg_program_constants(const mg_program *program);
mg_id mg_program_parameter(const mg_program *program, size_t i);

/* The place of parameter i among the nodes of the graph, in which a leaf comes before the
 * first operator that uses it, and operands come before results. */
uint32_t mg_program_parameter_place(const mg_program *program, size_t i);

/* Returns the slot of output i, with the tag MG_UNIFORM_SLOT if it is a uniform one. */
uint32_t mg_program_output(const mg_program *program, size_t i);

/* Makes every program run with the kernels named "portable", "avx2" or "avx512", or, if
 * name is NULL, with the best ones. Returns 0 if this machine cannot run those; then the
 * best are used. For tests. */
int mg_use_kernels(const char *name);

/* --- the library's own state -------------------------------------------- */

/* Return the number of nodes, and of blocks of memory, that are not freed. */
size_t mg_live_nodes(void);
size_t mg_live_blocks(void);

/* Makes the nth allocation from now fail (1: the next), and all after it if forever != 0.
 * nth = 0: no allocation fails. For tests. */
void mg_fail_allocation(long nth, int forever);

/* Return the compiler of the library and the CPU's features, as text that it owns. */
const char *mg_compiler(void);
const char *mg_cpu_features(void);

/* cffi: end */

#endif
