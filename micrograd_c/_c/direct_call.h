/* direct_call.h - what a DirectCall knows of a program: see direct_call.c. CFFI parses this
 * file, and compiles it before direct_call.c.
 */
enum { MG_MOST_ARGUMENTS = 16, MG_MOST_DIMENSIONS = 4 };

typedef struct {
    int has_rows;     /* true: the first dimension counts the rows */
    int n_dimensions; /* 0 to 2 */
    size_t shape[2];  /* that of the rows is not read */
    size_t place;     /* among the arrays that mg_program_forward takes */
} mg_direct_argument;

/* A program, and which arrays it can be called with. */
typedef struct {
    mg_program *program;
    size_t n_arguments;
    mg_direct_argument arguments[MG_MOST_ARGUMENTS];
    const int64_t *places; /* see mg_bind */
    size_t n_parameters;   /* in the user's order */
    int has_rows;          /* false: all arguments are shared, there is one row */
    int has_rules;         /* true: _mg_check must be called before each run */
    int is_single;         /* true: the function returns one Value */
    int is_tree;           /* true: the result is a tree, made of an array of outputs */
    size_t n_dimensions;   /* of one row's outputs */
    size_t shape[MG_MOST_DIMENSIONS];
    size_t quick_rows; /* runs of so many rows are so short that releasing the GIL would
                          take longer */
} mg_direct;
