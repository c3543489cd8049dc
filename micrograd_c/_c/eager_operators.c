/* eager_operators.c - what programs do most with a Value, without Python code: + and *,
 * and reading and writing data and grad.
 *
 * CPython with the GIL only; elsewhere value.py has the same in Python. Each does the
 * usual cases, and leaves the others to a method of value.py, which also raises what there
 * is to raise. Compiled after calls.c.
 */
#if !defined(PYPY_VERSION) && !defined(Py_GIL_DISABLED)
static PyObject *name_data, *name_grad, *name_add, *name_mul; /* interned */

/* Sets *number to an object of the types float, int or bool. Returns 0 if x is of another
 * type, or too large. */
static int read_number(PyObject *x, double *number) {
    PyTypeObject *type = Py_TYPE(x);
    if (type != &PyFloat_Type && type != &PyLong_Type && type != &PyBool_Type)
        return 0;
    *number = PyFloat_AsDouble(x);
    if (MG_UNLIKELY(*number == -1.0) && PyErr_Occurred()) {
        PyErr_Clear();
        return 0;
    }
    return 1;
}

/* Returns self op other. */
static PyObject *eager_operator(PyObject *self, PyObject *other,
                                double (*of_two)(double, double),
                                double (*with_number)(double, double),
                                const char *general) {
    double a = NODE(self)->id, number, result = 0.0;
    int is_of_two = Py_TYPE(other) == value_class;
    if (is_of_two && a != 0.0 && NODE(other)->id != 0.0) {
        double mode = begin_in_mode();
        result = of_two(a, NODE(other)->id);
        end_in_mode(mode);
    } else if (a != 0.0 && read_number(other, &number)) {
        double mode = begin_in_mode();
        result = with_number(a, number);
        end_in_mode(mode);
    }
    if (MG_UNLIKELY(result == 0.0))
        return PyObject_CallMethod(self, general, "(O)", other);
    return watched(make(value_class, result), !is_of_two);
}

static PyObject *eager_add(PyObject *self, PyObject *other) {
    return eager_operator(self, other, mg_add, mg_add_number, "_mg_add_any");
}

static PyObject *eager_mul(PyObject *self, PyObject *other) {
    return eager_operator(self, other, mg_mul, mg_mul_number, "_mg_mul_any");
}

/* These call self.__add__ and self.__mul__, which a program may have overridden. */
static PyObject *eager_radd(PyObject *self, PyObject *other) {
    return PyObject_CallMethodObjArgs(self, name_add, other, NULL);
}

static PyObject *eager_rmul(PyObject *self, PyObject *other) {
    return PyObject_CallMethodObjArgs(self, name_mul, other, NULL);
}

static PyObject *get_data(PyObject *self, void *closure) {
    (void)closure;
    double id = id_or_number(self);
    return id == -1.0 ? NULL : PyFloat_FromDouble(mg_data(id));
}

static PyObject *get_grad(PyObject *self, void *closure) {
    (void)closure;
    double id = id_or_number(self);
    return id == -1.0 ? NULL : PyFloat_FromDouble(mg_grad(id));
}

/* self._mg_setattr(name, x): sets an attribute. */
static PyObject *set_attribute(PyObject *self, PyObject *const *arguments, Py_ssize_t n) {
    if (n != 2)
        return PyErr_Format(PyExc_TypeError, "__setattr__ expected 2 arguments, got %zd",
                            n);
    PyObject *name = arguments[0], *x = arguments[1];
    double number, id = NODE(self)->id;
    if ((name == name_data || name == name_grad) && id != 0.0 && read_number(x, &number)) {
        (name == name_data ? mg_set_data : mg_set_grad)(id, number);
        return new_reference(Py_None);
    }
    return PyObject_CallMethod(self, "_mg_set_any", "OO", name, x);
}

/* The setters of data and grad, for what goes past __setattr__. */
static int set_by_name(PyObject *self, PyObject *x, const char *name) {
    if (x == NULL) {
        PyErr_Format(PyExc_AttributeError, "%s cannot be deleted", name);
        return -1;
    }
    PyObject *done = PyObject_CallMethod(self, "_mg_set_any", "sO", name, x);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}

static int set_data(PyObject *self, PyObject *x, void *closure) {
    (void)closure;
    return set_by_name(self, x, "data");
}

static int set_grad(PyObject *self, PyObject *x, void *closure) {
    (void)closure;
    return set_by_name(self, x, "grad");
}

/* Returns -1 with an exception if it fails, else 0. */
static int make_names(void) {
    name_data = PyUnicode_InternFromString("data");
    name_grad = PyUnicode_InternFromString("grad");
    name_add = PyUnicode_InternFromString("__add__");
    name_mul = PyUnicode_InternFromString("__mul__");
    return name_data && name_grad && name_add && name_mul ? 0 : -1;
}
#endif
