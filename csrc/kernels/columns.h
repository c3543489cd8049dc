/* columns.h - copies rows, as NumPy's row-major arrays have them, to the slots of a block, and back.
 *
 * A template like elementwise.h, for each instruction set.
 */

/* to: (columns, w) = the transpose of rows: (w, columns), where each row has its own pointer.
 * w is 16, 8, 4 or 1. */
MG_TARGET static void MG_NAME(load_columns)(double *to, const double *const *rows, size_t w,
                                            size_t columns) {
    size_t j = 0;
    if (w == 1) {
        memcpy(to, rows[0], columns * sizeof *to);
        return;
    }
    if (w >= 4) {
        for (; j + 4 <= columns; j += 4)
            for (size_t r = 0; r < w; r += 4) {
                mg_v4 a, b, c, d;
                V4_LOAD_COLUMNS(a, b, c, d, rows + r, j);
                V4_STORE(to + j * w + r, a);
                V4_STORE(to + (j + 1) * w + r, b);
                V4_STORE(to + (j + 2) * w + r, c);
                V4_STORE(to + (j + 3) * w + r, d);
            }
    }
    for (; j < columns; j++)
        for (size_t r = 0; r < w; r++)
            to[j * w + r] = rows[r][j];
}

/* rows: (w, columns), each with its own pointer, = the transpose of from: (columns, w). w is
 * 16, 8 or 4. */
MG_TARGET static void MG_NAME(store_columns)(double *const *rows, const double *from, size_t w,
                                             size_t columns) {
    size_t j = 0;
    for (; j + 4 <= columns; j += 4)
        for (size_t r = 0; r < w; r += 4) {
            mg_v4 a, b, c, d;
            V4_LOAD(a, from + j * w + r);
            V4_LOAD(b, from + (j + 1) * w + r);
            V4_LOAD(c, from + (j + 2) * w + r);
            V4_LOAD(d, from + (j + 3) * w + r);
            V4_TRANSPOSE(a, b, c, d);
            V4_STORE(rows[r] + j, a);
            V4_STORE(rows[r + 1] + j, b);
            V4_STORE(rows[r + 2] + j, c);
            V4_STORE(rows[r + 3] + j, d);
        }
    for (; j < columns; j++)
        for (size_t r = 0; r < w; r++)
            rows[r][j] = from[j * w + r];
}
