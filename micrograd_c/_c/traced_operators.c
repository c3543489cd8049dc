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
        return PyObject_CallMethod(self, general, "O", other);
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
#endif
