/* eager_operators.c - what programs do most with a Value, without Python code: + and *,
 * and reading and writing data and grad.
 *
 * CPython with the GIL only; elsewhere value.py has the same in Python. Each does the
 * usual cases, and leaves the others to a method of value.py, which also raises what there
 * is to raise. Compiled after calls.c.
 */
#if !defined(PYPY_VERSION) && !defined(Py_GIL_DISABLED)
static PyObject *name_data, *name_grad; /* interned, as the following */
static PyObject *name_add, *name_mul, *name_radd, *name_rmul;

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

/* Returns 1 if a subclass of Value overrides __radd__ or __rmul__: name. -1 with an
 * exception. */
static int overrides(PyTypeObject *subclass, PyObject *name) {
    PyObject *own = PyObject_GetAttr((PyObject *)subclass, name);
    PyObject *of_value = PyObject_GetAttr((PyObject *)value_class, name);
    int differ = own == NULL || of_value == NULL ? -1 : own != of_value;
    Py_XDECREF(own);
    Py_XDECREF(of_value);
    return differ;
}

/* left op right, where one of them is a Node: the type's slot for op, so that Python finds
 * no method by its name. The reflected form is self.__add__(other) or self.__mul__(other),
 * which a program may have overridden. */
static PyObject *operator_slot(PyObject *left, PyObject *right, PyObject *name,
                               PyObject *reflected_name, int slot, binaryfunc own,
                               binaryfunc eager) {
    PyTypeObject *left_type = Py_TYPE(left), *right_type = Py_TYPE(right);
    if (left_type != value_class && !PyType_IsSubtype(left_type, node_type)) {
        if (right_type == value_class && PyType_GetSlot(value_class, slot) == (void *)own)
            return eager(right, left);
        return PyObject_CallMethodObjArgs(right, name, left, NULL);
    }
    if (MG_UNLIKELY(right_type != value_class) && right_type != left_type &&
        right_type != traced_class && PyType_IsSubtype(right_type, left_type)) {
        /* The subclass is asked first. If it has __radd__, that has called super's. */
        int asked = overrides(right_type, reflected_name);
        if (asked != 0)
            return asked < 0 ? NULL : PyObject_CallMethodObjArgs(right, name, left, NULL);
    }
    return eager(left, right);
}

static PyObject *add_slot(PyObject *left, PyObject *right) {
    return operator_slot(left, right, name_add, name_radd, Py_nb_add, add_slot, eager_add);
}

static PyObject *mul_slot(PyObject *left, PyObject *right) {
    return operator_slot(left, right, name_mul, name_rmul, Py_nb_multiply, mul_slot,
                         eager_mul);
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
    name_radd = PyUnicode_InternFromString("__radd__");
    name_rmul = PyUnicode_InternFromString("__rmul__");
    return name_data && name_grad && name_add && name_mul && name_radd && name_rmul ? 0
                                                                                    : -1;
}
#endif
