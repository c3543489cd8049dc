"""The part of a generated C file that runs rows: in blocks and chunks, as csrc/jit/run.c does."""

RUNNER = """\
enum { ROW_SLOTS = @ROW_SLOTS@, UNIFORM_SLOTS = @UNIFORM_SLOTS@, BLOCK = @BLOCK@ };

/* Rows first to end, in blocks whose lanes are next to each other; copies of the last row fill
 * the last block. Adds the gradients of uniform values to h. Returns the sum of the first output.
 */
static double run_rows(const double *const *x, size_t first, size_t end, double share,
                       double *out, int backward, int mask, double *d, double *u, double *h) {
    double total = 0.0, *g = d + ROW_SLOTS * BLOCK;
    (void)x, (void)share, (void)g;
    for (int is_first = 1; first < end; is_first = 0) {
        const size_t left = end - first, width = @WIDTH@, n = left < width ? left : width;
@LOADS@
@CLEAR@
@SEED@
        (backward ? (@PICK_BOTH@)
                  : (@PICK_FORWARD@))(d, g, u, h, (int)n, mask && n < width, is_first);
@OUT@
        double lanes[BLOCK];
        for (size_t l = 0; l < width; l++)
            lanes[l] = l < n ? @FIRST@ : 0.0;
        for (size_t half = width / 2; half > 0; half /= 2)
            for (size_t l = 0; l < half; l++)
                lanes[l] += lanes[l + half];
        total += lanes[0];
        first += n;
    }
    return total;
}

/* Rows are cut into chunks, whose gradients are added up by themselves, then in order. */
static double run_chunks(const double *const *x, size_t n, double *out, int backward, int mask,
                         double *d, double *u, double *h) {
    const size_t chunks = backward ? (@CHUNKS@) : 1, blocks = (n + BLOCK - 1) / BLOCK;
    const size_t length = (blocks + chunks - 1) / chunks * BLOCK;
    const double share = 1.0 / (double)n;
    double total = 0.0, *added = h + UNIFORM_SLOTS;
    uniform_forward(u, h, u, h, 1, 0, 1);
    if (backward)
        memset(h, 0, UNIFORM_SLOTS * sizeof *h);
    for (size_t first = 0; first < n; first += length) {
        const size_t end = first + length < n ? first + length : n;
        if (first == 0) {
            total = run_rows(x, first, end, share, out, backward, mask, d, u, h);
            continue;
        }
        memset(added, 0, UNIFORM_SLOTS * sizeof *h);
        total += run_rows(x, first, end, share, out, backward, mask, d, u, added);
        for (size_t i = 0; i < UNIFORM_SLOTS; i++)
            h[i] += added[i];
    }
    if (backward) {
        @SEED_UNIFORM@
        @UNIFORM_BACKWARD@
    }
    return total;
}

static int run_all(const double *params, size_t n, const double *const *x, double *out,
                   double *value, double *gradient) {
    const int backward = value != NULL;
    const size_t parameters = @PARAMETERS@;
    const size_t of_rows = (size_t)2 * ROW_SLOTS * BLOCK, of_uniform = (size_t)3 * UNIFORM_SLOTS;
    double *memory = malloc((of_rows + of_uniform) * sizeof *memory);
    if (memory == NULL)
        return 1;
    double *d = memory, *u = d + of_rows, *h = u + UNIFORM_SLOTS, finite = 0.0;
    set_uniform(u, params);
@SHARED@
    double total = run_chunks(x, n, out, backward, 0, d, u, h);
    for (size_t i = 0; backward && i < parameters; i++)
        finite += h[i] * 0.0;
    if (finite != 0.0) /* an infinity or NaN, which may be that of a lane without a row */
        total = run_chunks(x, n, out, backward, 1, d, u, h);
    if (backward) {
        *value = total / (double)n;
        get_gradient(gradient, h);
    }
    free(memory);
    return 0;
}
"""
