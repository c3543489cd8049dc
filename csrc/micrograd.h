/* micrograd.h - the public API: a graph of scalars and its gradients.
 *
 * This header is also, between the two marks below, what CFFI parses: there is
 * no second list of these functions.
 *
 * Nodes are named by an mg_id, never 0. Whoever makes a node owns one reference
 * to it and gives it back with mg_release; a node keeps its operands alive. A
 * dead graph is freed at once, without recursion, and its ids are used again.
 *
 * Threads: every function takes the library's one lock, so any thread may call
 * any function at any time. Giving a function the id of a freed node is an error
 * of the caller's that is not detected.
 *
 * Errors: a function that makes a node returns 0 and leaves the graph as it was.
 * Nothing here prints, exits or aborts.
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
    MG_HAS_CUSTOM_BACKWARD = 2, /* the graph holds a node of mg_set_custom_backward */
    MG_OTHER_TRACE = 3,         /* see mg_compile */
    MG_NOT_FINITE = 4           /* a loss or a gradient is infinite or NaN */
} mg_status;

/* What mg_net_call answers. */
typedef enum {
    MG_NET_OK = 0,
    MG_NET_NO_MEMORY = 1,
    MG_NET_PINNED = 2,         /* an input or a parameter is kept */
    MG_NET_CUSTOM_BACKWARD = 3 /* a parameter has a backward step of its own */
} mg_net_result;

/* --- operators ---------------------------------------------------------- */

/* The code of an operator by its name in ops.h ("add", "tanh", ...), -1 for an
 * unknown name; its name and its label by code, NULL past the last. Codes start
 * at 0 with "leaf", then "custom". The strings are the library's own. */
int mg_op_find(const char *name);
const char *mg_op_name(int op);
const char *mg_op_label(int op);

/* --- making nodes ------------------------------------------------------- */

/* A node without operands. 0: out of memory. */
mg_id mg_leaf(double data);

/* The result of one operator. 0: out of memory, or an operand is kept (see
 * mg_pin), or the value is one for which Python's math raises. A number becomes
 * a leaf of its own. style, 0 to 3, is the caller's own note on k. O(1). */
mg_id mg_add(mg_id a, mg_id b);
mg_id mg_mul(mg_id a, mg_id b);
mg_id mg_add_number(mg_id a, double b);
mg_id mg_mul_number(mg_id a, double b);
mg_id mg_unary(int op, mg_id a);
mg_id mg_unary_k(int op, mg_id a, double k, int style);
mg_id mg_binary(int op, mg_id a, mg_id b);

/* Whether, in the calling thread, operators and nets make nodes with operands (1, at
 * first) or leaves that only have the value (0). */
void mg_set_recording(int on);

/* A block of n ids, all 0 at first, which owns a reference to each node in it.
 * mg_free_ids releases those that are not 0, frees the block and sets *ids to NULL. It
 * does nothing where *ids is NULL. */
mg_status mg_new_ids(size_t n, mg_id **ids);
void mg_free_ids(mg_id **ids);
/* For callers that store elsewhere whether to record and what to trace, and tell the
 * library before each call: they may leave that out while mg_modes returns 0. mg_new_mode
 * counts one mode more and mg_free_mode one less; mg_modes adds the threads that do not
 * record or that trace. The two have the form of malloc and free, but
 * the argument of mg_new_mode is not used, and what it returns is no memory. */
void *mg_new_mode(size_t unused);
void mg_free_mode(void *mode);
size_t mg_modes(void);

/* A node with its value given: nothing is computed or checked, kept operands are
 * taken. An operator's node has as many operands as the operator; a custom node
 * any number, copied, and no derivative. 0: out of memory. */
mg_id mg_node(int op, const mg_id *operands, size_t n, double k, int style, double data);

/* A custom node with a derivative: in the backward pass, operand i gets the node's
 * gradient times local[i]. Both arrays are copied. 0: out of memory. */
mg_id mg_node_with_local(const mg_id *operands, const double *local, size_t n,
                         double data);

/* Writes the first max local gradients of a node to out. Returns how many the node has, 0
 * where it has none. */
size_t mg_local(mg_id id, double *out, size_t max);

/* Releases a node's operands and makes it a custom node without any. It keeps its data and
 * grad. MG_NO_MEMORY: nothing changed. O(nodes freed). */
mg_status mg_release_operands(mg_id id);

/* One reference more, one fewer. Releasing the last frees the node and all that
 * only it kept alive: O(nodes freed), no recursion, no allocation. */
void mg_retain(mg_id id);
void mg_release(mg_id id);

/* As mg_release, for a node about which the caller keeps a note. Returns whether the node
 * lives on. If so, mg_is_noted is true of it, and the function given to mg_on_free, if
 * any, is called with its id when it is freed. That may be in any thread, with the
 * library's lock held: the function must call nothing of this library. */
int mg_release_noted(mg_id id);
int mg_is_noted(mg_id id);
void mg_on_free(void (*function)(mg_id));

/* Makes a node a leaf with this data and the gradient 0: its operands are released, and a
 * backward step of the caller's own is forgotten. O(nodes freed), cannot fail. */
void mg_become_leaf(mg_id id, double data);

/* Makes a node what a custom node is that nobody else uses, with the gradient 0, and that
 * one what the node was; a backward step of the caller's own is forgotten. MG_NO_MEMORY:
 * nothing changed; neither where *closes_cycle is 1: the custom node is computed from the
 * node. O(nodes below the custom node). */
mg_status mg_become(mg_id id, mg_id custom, int *closes_cycle);

/* --- reading and writing a node ----------------------------------------- */

double mg_data(mg_id id);
double mg_grad(mg_id id);
void mg_set_data(mg_id id, double data);
void mg_set_grad(mg_id id, double grad);
int mg_op(mg_id id);
double mg_k(mg_id id);
int mg_k_style(mg_id id);

/* The graph inside a net is kept in a short form until somebody asks for it. To
 * be called before mg_op, mg_k or mg_operands of a node that may be the output of
 * mg_net_call. MG_NO_MEMORY: nothing changed. O(nodes inside the call). */
mg_status mg_expand(mg_id id);

/* Writes the first max operands to out and returns how many there are. */
size_t mg_operands(mg_id id, mg_id *out, size_t max);

/* --- gradients ---------------------------------------------------------- */

/* Sets the root's grad to 1 and adds into the grad of every node below it, in
 * reverse post-order of a depth-first search that visits operands left to right.
 * Zeroes nothing. Allocates nothing, unless a net must be made plain (see
 * mg_expand); MG_NO_MEMORY: no gradient was changed. MG_HAS_CUSTOM_BACKWARD:
 * nothing was done, use the functions below. O(nodes below root). */
mg_status mg_backward(mg_id root);

/* The derivative step of one node. MG_NO_MEMORY: see mg_expand. */
mg_status mg_backward_node(mg_id id);

/* Sets *order to the ids of the nodes in the order in which mg_backward would visit them,
 * as a block of *n ids, see mg_new_ids. Leaves are left out where they do nothing. */
mg_status mg_backward_order(mg_id root, mg_id **order, size_t *n);

/* The derivative steps of n nodes, in this order: some or all that mg_backward_order
 * gave, as long as they live. */
void mg_backward_nodes(const mg_id *order, size_t n);

/* --- nets --------------------------------------------------------------- */

/* Layers of neurons that are called as a whole: the same values, gradients and
 * graph as one operator after the other would give, in one call. */
typedef struct mg_net mg_net;

/* sizes: n_layers + 1 of them, the inputs' first. ops: each layer's nonlinearity,
 * an operator for which mg_net_has returns 1, or -1 for none.
 * parameters: leaves, layer by layer, neuron by neuron, the weights and then the
 * bias; the net holds them. NULL: out of memory, or sizes that don't fit. After
 * mg_net_free, which takes NULL, the calls that are alive go on by themselves. */
mg_net *mg_net_new(const size_t *sizes, size_t n_layers, const int *ops,
                   const mg_id *parameters);
void mg_net_free(mg_net *net);

/* Returns 1 if nets have the operator as a nonlinearity of neurons, also for -1, none. */
int mg_net_has(int op);

/* Applies the net to one row: to nodes, or with inputs NULL to numbers, which
 * become leaves of their own as in mg_mul_number. Writes the last layer's nodes to
 * outputs, each with a reference. Unless take_pinned, refuses kept nodes.
 * O(weights), and as much memory as there are neurons. */
mg_net_result mg_net_call(mg_net *net, const mg_id *inputs, const double *numbers,
                          int take_pinned, mg_id *outputs);

/* --- many nodes in one call ------------------------------------------------ */

/* Each makes the plain graph that the operators would, and returns its root; 0 as
 * for one operator, and no node is left then. mg_total: 0 + v[0] + v[1] + ...
 * mg_dot: start + w[0] * x[0] + w[1] * x[1] + ..., from the number 0 when start is
 * 0. mg_logsumexp: m + log(sum of exp(v[i] - m)), m the largest data, or the number
 * 0 when that is infinite. mg_softmax writes n nodes, exp(v[i] - m) / their sum. */
mg_id mg_total(const mg_id *values, size_t n);
mg_id mg_dot(const mg_id *ws, const mg_id *xs, size_t n, mg_id start);
mg_id mg_logsumexp(const mg_id *values, size_t n);
mg_status mg_softmax(const mg_id *values, size_t n, mg_id *out);

void mg_get_data(const mg_id *ids, size_t n, double *data);
void mg_get_grad(const mg_id *ids, size_t n, double *grad);
void mg_set_data_of(const mg_id *ids, size_t n, const double *data);
void mg_set_grad_of(const mg_id *ids, size_t n, const double *grad);
void mg_zero_grad(const mg_id *ids, size_t n);

/* --- nodes that somebody outside has an interest in --------------------- */

/* A kept node is one that the library refuses as an operand of mg_add and the
 * like, so that the caller can note more about the result; see mg_node. Returns
 * whether other nodes used it already when it became kept, until mg_clear_pending says
 * that these know of it. */
int mg_pin(mg_id id);
void mg_clear_pending(mg_id id);
int mg_is_pinned(mg_id id);

/* Notes that the caller has its own derivative step for this node, or that it has none. */
void mg_set_custom_backward(mg_id id);
void mg_clear_custom_backward(mg_id id);
int mg_has_custom_backward(mg_id id);

/* Whether the reference that came with making the node, or that mg_retain took,
 * has not been released: only other nodes keep it alive when 0. */
int mg_is_owned(mg_id id);

/* Sets *out to the ids of the *n_out nodes that are computed from a target and are
 * among the given nodes or below them, as a block of mg_new_ids. Operands come
 * before what is made of them. Nets among them are made plain, also where that
 * ends in MG_NO_MEMORY. O(nodes below them all). */
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

/* Compiles the program that computes the outputs from args, leaves that stand for the
 * columns of n_inputs arrays, of widths[i] columns each. Another leaf is a parameter if
 * somebody owns it, but a constant if it was made in the trace that the calling thread is
 * in. The program keeps its parameters alive, not the rest of the graph. The caller frees
 * it. O(nodes below the outputs). On failure returns NULL and sets *status: MG_NO_MEMORY;
 * MG_HAS_CUSTOM_BACKWARD if there is a custom node or one of mg_set_custom_backward;
 * MG_OTHER_TRACE if there is an argument of another trace. */
mg_program *mg_compile(const mg_id *args, const size_t *widths, size_t n_inputs,
                       const mg_id *outputs, size_t n_outputs, mg_status *status);

/* Frees a program that nobody runs; NULL is allowed. */
void mg_program_free(mg_program *program);

/* out: (n, outputs) = the outputs for each of n > 0 rows. Each of inputs is a row-major
 * array of n rows. Reads the parameters from the graph. Returns MG_OK or MG_NO_MEMORY. */
mg_status mg_program_forward(mg_program *program, const double *const *inputs, size_t n,
                             double *out);

/* Sets *mean to the mean of the first output over n > 0 rows, and adds its gradient to the
 * parameters'. Returns MG_OK; MG_NO_MEMORY; or, with check_finite, MG_NOT_FINITE if the
 * mean or a gradient is not finite. After an error no gradient has changed. */
mg_status mg_program_backward(mg_program *program, const double *const *inputs, size_t n,
                              int check_finite, double *mean);

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

/* Trains repeats times on n > 0 rows, in batches of batch_size; the last batch may be
 * smaller. order, if not NULL, holds the numbers of the rows to take, n for each repeat.
 * For each batch the mean of the first output is computed, and the optimizer, with its
 * state, takes a step. The sums of the first output over the rows, before the steps, are
 * added to sums: (repeats,). Afterwards the parameters' gradients are those of the last
 * batch. No other call may write to the parameters or the optimizer meanwhile. Returns
 * MG_OK; MG_NO_MEMORY if nothing was done; or, with check_finite, MG_NOT_FINITE: training
 * stopped before the first step for which the sum or a gradient is not finite, and no
 * gradient was written. */
mg_status mg_program_train(mg_program *program, const double *const *inputs,
                           const int64_t *order, size_t n, size_t batch_size,
                           size_t repeats, mg_optimizer *optimizer, int n_threads,
                           int check_finite, double *sums);

typedef struct {
    size_t instructions, uniform_instructions; /* all; those that run once a batch */
    size_t inputs, parameters, constants, outputs;
    size_t nodes; /* of the graph that the program was compiled from */
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

/* Returns the slot of output i, with the tag MG_UNIFORM_SLOT if it is a uniform one. */
uint32_t mg_program_output(const mg_program *program, size_t i);

/* Makes every program run with the kernels named "portable", "avx2" or "avx512", or, if
 * name is NULL, with the best ones. Returns 0 if this machine cannot run those; then the
 * best are used. For tests. */
int mg_use_kernels(const char *name);

/* --- the library's own state -------------------------------------------- */

/* Nodes alive now. */
size_t mg_live_nodes(void);

/* Blocks of memory the library holds now. */
size_t mg_live_blocks(void);

/* Makes the nth allocation from now fail (1: the next), and with forever != 0
 * all after it; 0: none fails. For tests. */
void mg_fail_allocation(long nth, int forever);

/* The compiler that built the library, and the CPU's features it found, as text
 * that belongs to the library. */
const char *mg_compiler(void);
const char *mg_cpu_features(void);

/* cffi: end */

#endif
