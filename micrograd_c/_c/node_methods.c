/* node_methods.c - the methods of the type Node, for micrograd_c's own Python code. It is
 * compiled after node.c and calls.c. The names of the methods begin with _mg_, so that
 * users are free to use any other.
 */
#if !defined(PYPY_VERSION) && !defined(Py_GIL_DISABLED)
static PyObject *no_memory(void) {
    PyErr_SetString(PyExc_MemoryError, "no memory for a larger graph");
    return NULL;
}

/* Shows self, which was made a leaf, to the mode in force. Returns a new reference to
 * result, or NULL with an exception. */
static PyObject *show_leaf(PyObject *self, PyObject *result) {
    PyObject *shown = watched(new_reference(self), 0);
    Py_XDECREF(shown);
    return shown == NULL ? NULL : new_reference(result);
}

/* self._mg_init_leaf(number): makes self a leaf. Returns False if self had a node already,
 * which then becomes the leaf in one step, else True. */
static PyObject *init_leaf(PyObject *self, PyObject *number) {
    double data = PyFloat_AsDouble(number);
    if (data == -1.0 && PyErr_Occurred())
        return NULL;
    double id = NODE(self)->id, mode = begin_in_mode();
    if (MG_UNLIKELY(id != 0.0)) {
        mg_become_leaf(id, data);
        end_in_mode(mode);
        return show_leaf(self, Py_False);
    }
    id = mg_leaf(data);
    end_in_mode(mode);
    if (id == 0.0)
        return no_memory();
    give_node(self, id);
    return show_leaf(self, Py_True);
}

/* self._mg_become(other): makes self what other is, and other what self was, in one step.
 * other has a new custom node. Returns True if self had no node. If it had one, it keeps
 * that node, as other nodes use it and other code may have just read its id. Only if
 * that would close a cycle in C, which nothing would free, they exchange their nodes. */
static PyObject *become(PyObject *self, PyObject *other) {
    if (id_or_number(other) == -1.0 && PyErr_Occurred())
        return NULL;
    double id = NODE(self)->id;
    int closes_cycle = 0;
    if (id != 0.0 && mg_become(id, NODE(other)->id, &closes_cycle) != MG_OK)
        return no_memory();
    if (id != 0.0 && !closes_cycle)
        return new_reference(Py_False);
    NODE(self)->id = NODE(other)->id;
    *entry_of(NODE(self)->id) = self;
    if (id == 0.0) { /* other has it too until it dies: _mg_living may have listed other */
        mg_retain(NODE(self)->id);
        return new_reference(Py_True);
    }
    NODE(other)->id = id;
    *entry_of(id) = other;
    return new_reference(Py_False);
}

/* Returns the Values of n nodes as Operands. Takes over a reference to each node. */
static PyObject *values_of(const mg_id *ids, size_t n) {
    PyObject *tuple = PyType_GenericAlloc(operands_class, (Py_ssize_t)n);
    for (size_t i = 0; i < n; i++) {
        PyObject *value = tuple == NULL ? NULL : value_of(ids[i]);
        if (tuple == NULL)
            mg_release(ids[i]);
        else if (value == NULL)
            Py_CLEAR(tuple);
        else
            PyTuple_SetItem(tuple, (Py_ssize_t)i, value);
    }
    return tuple;
}

/* True if a member is empty: Python empties it by writing None. */
static int is_empty(PyObject *x) { return x == NULL || x == Py_None; }

/* self._mg_find_operands(): returns the Values of its operands, in order, with
 * repetitions. Self refers to them from then on, so that the same node stays the same
 * object as long as self lives. */
static PyObject *find_operands(PyObject *self, PyObject *unused_argument) {
    (void)unused_argument;
    double id = id_or_number(self);
    if (id == -1.0)
        return NULL;
    if (is_empty(NODE(self)->known_operands)) {
        if (mg_expand(id) != MG_OK)
            return no_memory();
        mg_id few[2], *ids = few; /* with a reference to each */
        size_t room = 2, n;
        while ((n = mg_retain_operands(id, ids, room)) > room) {
            if (ids != few)
                mg_dealloc(ids);
            ids = mg_alloc(n, sizeof *ids);
            room = n;
            if (ids == NULL)
                return no_memory();
        }
        PyObject *tuple = values_of(ids, n);
        if (ids != few)
            mg_dealloc(ids);
        if (tuple == NULL)
            return NULL;
        /* A finalizer may have asked for the operands meanwhile. */
        if (is_empty(NODE(self)->known_operands)) {
            Py_XDECREF(NODE(self)->known_operands);
            NODE(self)->known_operands = tuple;
        } else {
            Py_DECREF(tuple);
        }
    }
    Py_INCREF(NODE(self)->known_operands);
    return NODE(self)->known_operands;
}

/* Node._mg_value_of(id): returns the Value of a node, which the caller keeps alive. */
static PyObject *value_of_id(PyObject *cls, PyObject *number) {
    (void)cls;
    double id = PyFloat_AsDouble(number);
    if (id == -1.0 && PyErr_Occurred())
        return NULL;
    mg_retain(id);
    return value_of(id);
}

/* Node._mg_living(): returns a list of all living Values. O(ids that were ever in use). */
static PyObject *living(PyObject *cls, PyObject *unused_argument) {
    (void)cls, (void)unused_argument;
    PyObject *list = PyList_New(0);
    for (mg_index id = 1; list != NULL && id < mg_id_end(); id++) {
        PyObject *object = *entry_of(id);
        if (object == NULL || is_dead(object) || Py_REFCNT(object) == 0)
            continue;
        if (PyList_Append(list, object) < 0)
            Py_CLEAR(list);
    }
    return list;
}

/* Node._mg_bulk(values, what, doubles): reads or writes the data or gradients of a list or
 * tuple of n Values. what = 0 and 1 read data and gradients, and return a bytearray of n
 * doubles; 2 and 3 write them from bytes of n doubles, 4 sets gradients to 0, and these
 * return True. Returns None, and writes nothing, if an item is of another type or there
 * are not n doubles. It keeps the GIL, so that no other thread changes the list or
 * releases a Value meanwhile. O(n). */
static PyObject *bulk(PyObject *cls, PyObject *arguments) {
    (void)cls;
    PyObject *values, *doubles;
    int what;
    if (!PyArg_ParseTuple(arguments, "OiO", &values, &what, &doubles))
        return NULL;
    int is_list = PyList_CheckExact(values), writes = what == 2 || what == 3;
    if (!is_list && !PyTuple_CheckExact(values))
        return new_reference(Py_None);
    Py_ssize_t n = is_list ? PyList_Size(values) : PyTuple_Size(values);
    if (writes && (!PyBytes_Check(doubles) ||
                   PyBytes_Size(doubles) != n * (Py_ssize_t)sizeof(double)))
        return new_reference(Py_None);
    PyObject *read = NULL;
    double *out = NULL;
    if (what < 2) {
        read = PyByteArray_FromStringAndSize(NULL, n * (Py_ssize_t)sizeof(double));
        if (read == NULL)
            return NULL;
        out = (double *)(void *)PyByteArray_AsString(read);
    }
    enum { ROOM = 256 }; /* reads in parts; writes once all are known to be Values */
    mg_id room[ROOM], *ids = what < 2 ? room : mg_alloc((size_t)n, sizeof *ids);
    int all = ids != NULL; /* else the caller's other way raises the MemoryError */
    size_t filled = 0;
    for (Py_ssize_t i = 0; all && i < n; i++) {
        PyObject *value = is_list ? PyList_GetItem(values, i) : PyTuple_GetItem(values, i);
        all = Py_TYPE(value) == value_class && NODE(value)->id != 0.0;
        if (MG_LIKELY(all))
            ids[filled++] = NODE(value)->id;
        if (ids == room && (filled == ROOM || i == n - 1)) {
            (what == 0 ? mg_get_data : mg_get_grad)(ids, filled, out);
            out += filled;
            filled = 0;
        }
    }
    const double *in = writes ? (const double *)(void *)PyBytes_AsString(doubles) : NULL;
    if (all && what == 2)
        mg_set_data_of(ids, filled, in);
    else if (all && what == 3)
        mg_set_grad_of(ids, filled, in);
    else if (all && what == 4)
        mg_zero_grad(ids, filled);
    if (ids != room)
        mg_dealloc(ids);
    if (all && read != NULL)
        return read;
    Py_XDECREF(read);
    return new_reference(all ? Py_True : Py_None);
}

/* --- before collections ------------------------------------------------------------ */

static PyObject *pending, *resolve_pending; /* of pinning.py */

/* An exception that a signal handler raised while the collector ran. The collector could
 * only print it, so it is raised where the main thread goes on. */
static PyObject *delayed[3];

static int raise_delayed(void *argument) {
    (void)argument;
    if (delayed[0] == NULL)
        return 0;
    PyErr_Restore(delayed[0], delayed[1], delayed[2]);
    delayed[0] = delayed[1] = delayed[2] = NULL;
    return -1;
}

/* Node._mg_around_collection(phase, info), one of gc.callbacks: calls resolve_pending()
 * before a full collection. It is in C because a signal handler could raise in a callback
 * that is written in Python. */
static PyObject *around_collection(PyObject *cls, PyObject *arguments) {
    (void)cls;
    PyObject *phase, *info;
    if (!PyArg_UnpackTuple(arguments, "around_collection", 2, 2, &phase, &info))
        return NULL;
    if (PyDict_Size(pending) == 0 || PyUnicode_CompareWithASCIIString(phase, "start") != 0)
        return new_reference(Py_None);
    PyObject *generation = PyDict_GetItemString(info, "generation");
    if (generation == NULL || PyLong_AsLong(generation) != 2)
        return new_reference(Py_None);
    PyObject *result = PyObject_CallObject(resolve_pending, NULL);
    if (result == NULL && PyErr_ExceptionMatches(PyExc_MemoryError)) {
        PyErr_Clear(); /* they stay pending */
    } else if (result == NULL && delayed[0] == NULL) {
        PyErr_Fetch(&delayed[0], &delayed[1], &delayed[2]);
        if (Py_AddPendingCall(raise_delayed, NULL) < 0) /* the queue is full */
            raise_delayed(NULL);
    }
    Py_XDECREF(result);
    if (PyErr_Occurred())
        return NULL;
    return new_reference(Py_None);
}

/* Node._mg_before_collections(pending, resolve_pending): sets the dict, and the function
 * to call before a full collection if the dict is not empty. */
static PyObject *before_collections(PyObject *cls, PyObject *arguments) {
    (void)cls;
    PyObject *dict, *function;
    if (!PyArg_UnpackTuple(arguments, "before_collections", 2, 2, &dict, &function))
        return NULL;
    Py_INCREF(dict);
    Py_INCREF(function);
    pending = dict;
    resolve_pending = function;
    return new_reference(Py_None);
}

/* Node._mg_operands_are(cls): sets the class of what _mg_find_operands returns, a subclass
 * of tuple without attributes. */
static PyObject *operands_are(PyObject *node_class, PyObject *cls) {
    (void)node_class;
    Py_INCREF(cls); /* for good */
    operands_class = (PyTypeObject *)cls;
    return new_reference(Py_None);
}

/* cls._mg_register(n): makes C functions return instances of cls: all but mg_traced with
 * n = 0, mg_traced with n = 1. */
static PyObject *register_class(PyObject *cls, PyObject *number) {
    long n = PyLong_AsLong(number);
    if ((n == -1 && PyErr_Occurred()) || load_modes() < 0 || make_names() < 0)
        return NULL;
    Py_INCREF(cls); /* for good */
    *(n ? &traced_class : &value_class) = (PyTypeObject *)cls;
    mg_on_free(node_was_freed);
    return new_reference(Py_None);
}

static PyObject *get_id(PyObject *self, void *closure) {
    (void)closure;
    double id = id_or_number(self);
    return id == -1.0 ? NULL : PyFloat_FromDouble(id);
}

static PyObject *get_attributes(PyObject *self, void *closure) {
    (void)closure;
    if (NODE(self)->attributes == NULL)
        NODE(self)->attributes = PyDict_New();
    Py_XINCREF(NODE(self)->attributes);
    return NODE(self)->attributes;
}

static int set_attributes(PyObject *self, PyObject *dict, void *closure) {
    (void)closure;
    if (dict == NULL || !PyDict_Check(dict)) {
        PyErr_SetString(PyExc_TypeError, "__dict__ must be set to a dictionary");
        return -1;
    }
    PyObject *before = NODE(self)->attributes;
    Py_INCREF(dict);
    NODE(self)->attributes = dict;
    Py_XDECREF(before);
    return 0;
}

/* In the stable ABI since Python 3.10, and the same since 3.7. */
#ifndef METH_FASTCALL
#define METH_FASTCALL 0x0080
#endif

static PyMethodDef node_methods[] = {
    {"_mg_init_leaf", init_leaf, METH_O, NULL},
    {"_mg_become", become, METH_O, NULL},
    {"_mg_find_operands", find_operands, METH_NOARGS, NULL},
    {"_mg_value_of", value_of_id, METH_O | METH_STATIC, NULL},
    {"_mg_living", living, METH_NOARGS | METH_STATIC, NULL},
    {"_mg_bulk", bulk, METH_VARARGS | METH_STATIC, NULL},
    {"_mg_linear", linear, METH_VARARGS | METH_STATIC, NULL},
    {"_mg_row", row, METH_VARARGS | METH_STATIC, NULL},
    {"_mg_around_collection", around_collection, METH_VARARGS | METH_STATIC, NULL},
    {"_mg_before_collections", before_collections, METH_VARARGS | METH_STATIC, NULL},
    {"_mg_operands_are", operands_are, METH_O | METH_STATIC, NULL},
    {"_mg_register", register_class, METH_O | METH_CLASS, NULL},
    {"_mg_setattr", (PyCFunction)(void (*)(void))set_attribute, METH_FASTCALL, NULL},
    {"_mg_traced_add", traced_add, METH_O, NULL},
    {"_mg_traced_radd", traced_radd, METH_O, NULL},
    {"_mg_traced_mul", traced_mul, METH_O, NULL},
    {"_mg_traced_rmul", traced_rmul, METH_O, NULL},
    {"_mg_traced_sum", traced_sum, METH_O | METH_STATIC, NULL},
    {NULL, NULL, 0, NULL}};

static PyGetSetDef node_getset[] = {
    {"_mg_id", get_id, NULL, NULL, NULL},
    {"_mg_data", get_data, set_data, "The number, a float.", NULL},
    {"_mg_grad", get_grad, set_grad,
     "The gradient, a float, to which backward() adds. Setting it to None sets it to 0.",
     NULL},
    {"__dict__", get_attributes, set_attributes, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL}};

static PyMemberDef node_members[] = {
    {"__dictoffset__", T_PYSSIZET, offsetof(node_object, attributes), READONLY, NULL},
    /* Python reads None for NULL. */
    {"_mg_known_operands", T_OBJECT, offsetof(node_object, known_operands), 0, NULL},
    {"_mg_net_operands", T_OBJECT, offsetof(node_object, net_operands), 0, NULL},
    {"_mg_custom_backward", T_OBJECT, offsetof(node_object, custom_backward), 0, NULL},
    {NULL, 0, 0, 0, NULL}};

static PyType_Slot node_slots[] = {{Py_tp_doc, "A Python object that owns a node in C."},
                                   {Py_tp_dealloc, node_dealloc},
                                   {Py_tp_traverse, node_traverse},
                                   {Py_tp_clear, node_clear},
                                   {Py_tp_methods, node_methods},
                                   {Py_tp_getset, node_getset},
                                   {Py_tp_members, node_members},
                                   {Py_nb_add, add_slot},
                                   {Py_nb_multiply, mul_slot},
                                   {0, NULL}};

static PyType_Spec node_spec = {
    "micrograd_c._native.Node", sizeof(node_object), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, node_slots};

/* Returns the type, as lib.mg_node_type(). */
static PyObject *get_node_type(void) {
    if (node_type == NULL) {
        node_type = (PyTypeObject *)PyType_FromSpec(&node_spec);
#ifndef MG_CHECKS
        mg_outside_gil -= node_type != NULL;
#endif
    }
    Py_XINCREF((PyObject *)node_type);
    return (PyObject *)node_type;
}
#endif
