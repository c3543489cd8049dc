/* traced_operators.c - the operators + and * of a Value of a trace, without Python code.
 *
 * CPython with the GIL only; elsewhere micrograd_c/jit/traced_value.py has the same in
 * Python. A trace consists mostly of these two operators. Compiled after calls.c.
 */
#if !defined(PYPY_VERSION) && !defined(Py_GIL_DISABLED)
/* Makes a constant of the trace with this number. Returns 0 if it is out of memory. */
static double new_constant(double number, double mode) {
    if (mode > 0.0)
        mg_set_tracing(mode);
    double id = mg_leaf(number);
    if (mode > 0.0)
        mg_set_tracing(0.0);
    return id;
}

/* Returns self op other, or, if reflected, other op self. The method general, in Python,
 * does it for an operand that is neither a Value of these two classes nor a float or int,
 * in no_grad(), and if memory runs out. */
static PyObject *traced_operator(int op, PyObject *self, PyObject *other, int reflected,
                                 const char *general) {
    PyTypeObject *type = Py_TYPE(other);
    double mode = MG_LIKELY(mg_mode_count != 0) ? read_mode() : 0.0;
    double a = NODE(self)->id, b = 0.0, constant = 0.0, result = 0.0;
    if (type == traced_class || type == value_class) {
        b = NODE(other)->id;
    } else if (mode != -1.0 && (type == &PyFloat_Type || type == &PyLong_Type)) {
        double number = PyFloat_AsDouble(other);
        if (number == -1.0 && PyErr_Occurred())
            return NULL;
        b = constant = new_constant(number, mode);
    }
    /* Only a leaf notes the number of its trace, so the mode need not be set here. */
    if (MG_LIKELY(a != 0.0 && b != 0.0 && mode != -1.0))
        result = reflected ? mg_traced(op, b, a, 0.0) : mg_traced(op, a, b, 0.0);
    if (constant != 0.0)
        mg_release(constant);
    if (MG_UNLIKELY(result == 0.0))
        return PyObject_CallMethod(self, general, "(O)", other);
    return make(traced_class, result);
}

static PyObject *traced_add(PyObject *self, PyObject *other) {
    return traced_operator(MG_OP_add, self, other, 0, "_general_add");
}

static PyObject *traced_radd(PyObject *self, PyObject *other) {
    return traced_operator(MG_OP_add, self, other, 1, "_general_radd");
}

static PyObject *traced_mul(PyObject *self, PyObject *other) {
    return traced_operator(MG_OP_mul, self, other, 0, "_general_mul");
}

static PyObject *traced_rmul(PyObject *self, PyObject *other) {
    return traced_operator(MG_OP_mul, self, other, 1, "_general_rmul");
}

/* Writes the ids of a list's Values to ids. Returns 0 if it holds anything but Values of
 * the two classes, and sets *has_traced if one of them is traced. */
static int read_traced_ids(PyObject *list, mg_id *ids, int *has_traced) {
    for (Py_ssize_t i = 0; i < PyList_Size(list); i++) {
        PyObject *x = PyList_GetItem(list, i);
        if (Py_TYPE(x) == traced_class)
            *has_traced = 1;
        else if (Py_TYPE(x) != value_class)
            return 0;
        ids[i] = NODE(x)->id;
        if (ids[i] == 0.0)
            return 0;
    }
    return 1;
}

/* cls._mg_traced_sum(lists): the sum of one list, or the dot product of two and, if the third
 * is not empty, its element: see mg_traced_total. None where operators must do it. */
static PyObject *traced_sum(PyObject *cls, PyObject *lists) {
    Py_ssize_t n_lists = PyTuple_Check(lists) ? PyTuple_Size(lists) : 0, length = 0;
    double mode = MG_LIKELY(mg_mode_count != 0) ? read_mode() : 0.0, result = 0.0;
    int fine = (n_lists == 1 || n_lists == 3) && mode != -1.0, has_traced = 0;
    (void)cls;
    for (Py_ssize_t i = 0; fine && i < n_lists; i++) {
        fine = PyList_CheckExact(PyTuple_GetItem(lists, i));
        length += fine ? PyList_Size(PyTuple_GetItem(lists, i)) : 0;
    }
    if (!fine || length == 0)
        return new_reference(Py_None);
    mg_id *ids = PyMem_Malloc((size_t)length * sizeof *ids), *next = ids;
    if (ids == NULL)
        return PyErr_NoMemory();
    for (Py_ssize_t i = 0; fine && i < n_lists; i++) {
        fine = read_traced_ids(PyTuple_GetItem(lists, i), next, &has_traced);
        next += PyList_Size(PyTuple_GetItem(lists, i));
    }
    const size_t n = (size_t)PyList_Size(PyTuple_GetItem(lists, 0));
    if (mode > 0.0) /* the 0 that a sum starts with is a constant of the trace */
        mg_set_tracing(mode);
    if (fine && has_traced && n_lists == 1)
        result = mg_traced_total(ids, n);
    else if (fine && has_traced && n > 0 &&
             (size_t)PyList_Size(PyTuple_GetItem(lists, 1)) == n)
        result = mg_traced_dot(ids, ids + n, n, (size_t)length > 2 * n ? ids[2 * n] : 0.0);
    if (mode > 0.0)
        mg_set_tracing(0.0);
    PyMem_Free(ids);
    if (result == 0.0)
        return new_reference(Py_None);
    return make(traced_class, result);
}
#endif
