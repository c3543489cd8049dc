/* bulk_methods.c - methods of Node that take lists of Values and return lists of new ones.
 *
 * They do in C what bulk.py does elsewhere: read the ids of the Values, call the library,
 * and make Values of the ids that it returns. CPython with the GIL only. They keep the
 * GIL, so that no other thread changes a list or releases a Value meanwhile, and run no
 * Python code before the library has made the nodes. Compiled before node_methods.c.
 */
#if !defined(PYPY_VERSION) && !defined(Py_GIL_DISABLED)
/* Returns the length of a list or tuple, -1 for anything else. */
static Py_ssize_t length_of(PyObject *row) {
    return PyList_CheckExact(row)    ? PyList_Size(row)
           : PyTuple_CheckExact(row) ? PyTuple_Size(row)
                                     : -1;
}

static PyObject *item_of(PyObject *row, Py_ssize_t i) { /* a borrowed reference */
    return PyList_CheckExact(row) ? PyList_GetItem(row, i) : PyTuple_GetItem(row, i);
}

/* Writes the ids of a list or tuple of exactly n Values to ids. Returns 0 if row is
 * anything else, or has a Value of a subclass. */
static int read_ids(PyObject *row, Py_ssize_t n, mg_id *ids) {
    if (length_of(row) != n)
        return 0;
    int is_list = PyList_CheckExact(row);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *value = is_list ? PyList_GetItem(row, i) : PyTuple_GetItem(row, i);
        if (Py_TYPE(value) != value_class || NODE(value)->id == 0.0)
            return 0;
        ids[i] = NODE(value)->id;
    }
    return 1;
}

/* Returns the n nodes as a list of Values. Takes over a reference to each node. */
static PyObject *list_of(const mg_id *ids, Py_ssize_t n) {
    PyObject *list = PyList_New(n);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *value = NULL;
        if (list == NULL)
            mg_release(ids[i]);
        else
            value = make(value_class, ids[i]);
        if (list != NULL && value == NULL)
            Py_CLEAR(list);
        else if (list != NULL)
            PyList_SetItem(list, i, value);
    }
    return list;
}

/* Node._mg_linear(x, weights, bias): mg_linear of a row of n Values, m rows of n Values,
 * and m Values or None. Returns a list of m Values; None if an argument is of another
 * form, or mg_linear makes no node. O(n * m). */
static PyObject *linear(PyObject *cls, PyObject *arguments) {
    (void)cls;
    PyObject *x, *weights, *bias;
    if (!PyArg_UnpackTuple(arguments, "_mg_linear", 3, 3, &x, &weights, &bias))
        return NULL;
    Py_ssize_t n = length_of(x), m = length_of(weights);
    if (n <= 0 || m <= 0 || m > PY_SSIZE_T_MAX / (Py_ssize_t)sizeof(mg_id) / (n + 4))
        return new_reference(Py_None);
    /* The weights, the inputs, the bias, the outputs. */
    mg_id *ids = mg_alloc((size_t)(m * n + n + 2 * m), sizeof *ids);
    if (ids == NULL)
        return new_reference(Py_None);
    mg_id *of_x = ids + m * n, *of_bias = of_x + n, *out = of_bias + m;
    int fits = read_ids(x, n, of_x) && (bias == Py_None || read_ids(bias, m, of_bias));
    for (Py_ssize_t j = 0; fits && j < m; j++)
        fits = read_ids(item_of(weights, j), n, ids + j * n);
    if (fits) {
        double mode = begin_in_mode();
        fits = mg_linear(of_x, (size_t)n, ids, (size_t)m, bias == Py_None ? NULL : of_bias,
                         out) == MG_OK;
        end_in_mode(mode);
    }
    PyObject *list = fits ? list_of(out, m) : new_reference(Py_None);
    mg_dealloc(ids);
    return list;
}

/* Node._mg_row(what, values, eps, weight, bias): with what = 0 mg_softmax of n Values, 1
 * mg_log_softmax, 2 mg_rms_norm, 3 mg_layer_norm. weight and bias are n Values, or None.
 * Returns a list of n Values; None if an argument is of another form, or the function
 * makes no node. O(n). */
static PyObject *row(PyObject *cls, PyObject *arguments) {
    (void)cls;
    PyObject *values, *weight, *bias;
    int what;
    double eps;
    if (!PyArg_ParseTuple(arguments, "iOdOO", &what, &values, &eps, &weight, &bias))
        return NULL;
    Py_ssize_t n = length_of(values);
    mg_id *ids = n <= 0 ? NULL : mg_alloc((size_t)n, 4 * sizeof *ids);
    if (ids == NULL)
        return new_reference(Py_None);
    mg_id *of_weight = weight == Py_None ? NULL : ids + n;
    mg_id *of_bias = bias == Py_None ? NULL : ids + 2 * n, *out = ids + 3 * n;
    int ok = read_ids(values, n, ids) &&
             (of_weight == NULL || read_ids(weight, n, of_weight)) &&
             (of_bias == NULL || read_ids(bias, n, of_bias));
    if (ok) {
        size_t size = (size_t)n;
        double mode = begin_in_mode();
        mg_status status = what == 0   ? mg_softmax(ids, size, out)
                           : what == 1 ? mg_log_softmax(ids, size, out)
                           : what == 2
                               ? mg_rms_norm(ids, size, eps, out)
                               : mg_layer_norm(ids, size, of_weight, of_bias, eps, out);
        end_in_mode(mode);
        ok = status == MG_OK;
    }
    PyObject *list = ok ? list_of(out, n) : new_reference(Py_None);
    mg_dealloc(ids);
    return list;
}
#endif
