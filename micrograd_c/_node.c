/* _node.c - Node, the base class of Value: a Python object that owns a node of the C
 * library.
 *
 * CPython only, with the GIL; elsewhere _node_in_python.py is the same class. It is
 * compiled into the CFFI module, before the functions that CFFI generates for micrograd.h.
 * Two macros below change those: where a function takes an mg_id it also takes a Value,
 * and where it makes a node it returns a Value (or None, where C returns 0). So a node has
 * an owner before any Python code can run, and gives its node back in C: no interrupt can
 * come between.
 *
 * Three kinds of pointers:
 * - A Value owns one reference to its node and gives it back when it is deallocated.
 * - values[id] is the Value of a node, not a reference: its deallocation clears the entry.
 *   So the same node is the same object for as long as somebody has that object.
 * - When a Value that has attributes is deallocated while other nodes still use its node,
 * its memory stays to keep the attributes, and values[id] says so by its lowest bit. The
 * next Value of that node takes them over; if there is none, they are freed after the
 * node.
 *
 * Threads: the GIL guards values[]. An entry of a node that is freed without the GIL is
 * cleared under the library's lock, when nobody can ask for that node any more.
 */
#include <string.h>

#include "micrograd.h"

/* An id that C wrote into ids, which then no longer owns its reference. */
static mg_id mg_claim(mg_id *ids, size_t i) {
    mg_id id = ids[i];
    ids[i] = 0;
    return id;
}

static double mg_node_type(void) { return 0.0; }

#if !defined(PYPY_VERSION) && !defined(Py_GIL_DISABLED)
#include <structmember.h>

#include "alloc.h"
#include "graph.h"

typedef struct {
    PyObject_HEAD double id; /* 0 before __init__ */
    PyObject *attributes;    /* the dict, NULL before the first attribute */
    PyObject *next;          /* in the list of those to be freed */
} node_object;

#define NODE(object) ((node_object *)(object))

static PyTypeObject *node_type;
static PyTypeObject *value_class, *traced_class; /* of what C functions return */
static PyObject *unused; /* memory of Values whose nodes were freed, a list */
static mg_lock_t unused_lock;
static volatile int any_unused; /* read without the lock, as a hint */

/* --- which Value belongs to a node ------------------------------------------- */

/* values[id]. */
static PyObject **entry_of(double id) { return (PyObject **)mg_note_of((mg_index)id); }

static int is_left_behind(PyObject *object) { return ((uintptr_t)object & 1) != 0; }
static PyObject *left_behind(PyObject *object) {
    return (PyObject *)((uintptr_t)object ^ 1); /* adds or removes the mark */
}

/* Frees the memory and attributes of Values that died before their nodes did. */
static void free_unused(void) {
    mg_lock_take(&unused_lock);
    PyObject *object = unused;
    unused = NULL;
    any_unused = 0;
    mg_lock_give(&unused_lock);
    while (object != NULL) {
        PyObject *next = NODE(object)->next;
        PyTypeObject *type = Py_TYPE(object);
        Py_XDECREF(NODE(object)->attributes);
        PyObject_GC_Del(object);
        Py_DECREF(type);
        object = next;
    }
}

/* Called by the library, under its lock and perhaps without the GIL, when it frees a node
 * of mg_release_noted. */
static void node_was_freed(mg_id id) {
    PyObject **entry = entry_of(id);
    if (!is_left_behind(*entry))
        return; /* another Value has taken the attributes */
    PyObject *object = left_behind(*entry);
    *entry = NULL;
    mg_lock_take(&unused_lock);
    NODE(object)->next = unused;
    unused = object;
    any_unused = 1;
    mg_lock_give(&unused_lock);
}

/* Makes object, which has no node, the Value of a node, and takes the caller's reference.
 */
static void give_node(PyObject *object, double id) {
    PyObject **entry = entry_of(id), *before = *entry;
    NODE(object)->id = id;
    *entry = object;
    if (MG_UNLIKELY(before != NULL)) {
        if (is_left_behind(before)) {
            before = left_behind(before);
            PyTypeObject *type = Py_TYPE(before);
            NODE(object)->attributes = NODE(before)->attributes;
            PyObject_GC_Del(before);
            Py_DECREF(type);
        } else { /* it is just being deallocated */
            Py_XINCREF(NODE(before)->attributes);
            NODE(object)->attributes = NODE(before)->attributes;
        }
    }
}

/* A new instance of a class on a node whose reference it takes. None for the id 0. */
static PyObject *make(PyTypeObject *cls, double id) {
    if (id == 0.0)
        Py_RETURN_NONE;
    if (MG_UNLIKELY(any_unused))
        free_unused();
    PyObject *object = PyType_GenericAlloc(cls, 0);
    if (object == NULL) {
        mg_release(id);
        return NULL;
    }
    give_node(object, id);
    return object;
}

/* The Value of a node, NULL where it has none or that is just being deallocated. A new
 * reference. */
static PyObject *known_value_of(double id) {
    PyObject *value = *entry_of(id);
    if (value == NULL || is_left_behind(value) || Py_REFCNT(value) == 0)
        return NULL;
    Py_INCREF(value);
    return value;
}

/* The Value of a node: the one there is, or a new one. Takes a reference of the caller's
 * to the node, which keeps it alive: memory for the new one may be had by a collection,
 * and that runs any Python. */
static PyObject *value_of(double id) {
    PyObject *value = known_value_of(id);
    if (value == NULL) {
        PyObject *object = PyType_GenericAlloc(value_class, 0);
        value = object == NULL ? NULL : known_value_of(id);
        if (object != NULL && value == NULL) {
            give_node(object, id);
            return object;
        }
        Py_XDECREF(object);
    }
    mg_release(id);
    return value;
}

/* --- the type ----------------------------------------------------------------- */

static int refers_to_nothing(PyObject *x) {
    PyTypeObject *type = Py_TYPE(x);
    return x == Py_None || type == &PyFloat_Type || type == &PyLong_Type ||
           type == &PyUnicode_Type || type == &PyBool_Type;
}

/* Whether no attribute can be part of a cycle. */
static int are_atoms(PyObject *attributes) {
    Py_ssize_t i = 0;
    PyObject *name, *x;
    while (PyDict_Next(attributes, &i, &name, &x))
        if (!refers_to_nothing(x))
            return 0;
    return 1;
}

/* A new dict of the attributes that can be part of no cycle; NULL without an exception: no
 * memory. */
static PyObject *atoms_of(PyObject *attributes) {
    PyObject *error[3], *name, *x, *atoms;
    Py_ssize_t i = 0;
    PyErr_Fetch(&error[0], &error[1], &error[2]);
    atoms = PyDict_New();
    while (atoms != NULL && PyDict_Next(attributes, &i, &name, &x))
        if (refers_to_nothing(x) && refers_to_nothing(name) &&
            PyDict_SetItem(atoms, name, x) < 0)
            Py_CLEAR(atoms);
    PyErr_Restore(error[0], error[1], error[2]);
    return atoms;
}

static int node_traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(NODE(self)->attributes);
    return 0;
}

/* Garbage. Attributes that close no cycle stay: the node may be in use, see above. */
static int node_clear(PyObject *self) {
    PyObject *attributes = NODE(self)->attributes;
    if (attributes != NULL && !are_atoms(attributes)) {
        NODE(self)->attributes = atoms_of(attributes);
        Py_DECREF(attributes);
    }
    return 0;
}

static void node_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    double id = NODE(self)->id;
    PyObject *attributes = NODE(self)->attributes, *others = NULL;
    PyObject_GC_UnTrack(self);
    if (MG_LIKELY(id != 0.0)) {
        PyObject **entry = entry_of(id);
        if (*entry == self && attributes != NULL && !are_atoms(attributes)) {
            /* Set past __setattr__. The collector would not see a cycle that they close.
             */
            others = attributes;
            NODE(self)->attributes = attributes = atoms_of(others);
        }
        if (*entry == self && attributes != NULL && PyDict_Size(attributes) > 0) {
            *entry =
                left_behind(self); /* first: node_was_freed may come at any time then */
            if (mg_release_noted(id)) {
                Py_XDECREF(others);
                return;
            }
            *entry = NULL;
        } else {
            if (*entry == self)
                *entry = NULL;
            mg_release(id);
        }
    }
    Py_XDECREF(attributes);
    PyObject_GC_Del(self);
    Py_DECREF(type);
    Py_XDECREF(others);
    if (MG_UNLIKELY(any_unused))
        free_unused();
}

/* --- what functions of the library are given and return ------------------------- */

/* The id of a Value as a C double, or a number. -1 and an exception: neither. */
static double id_or_number(PyObject *x) {
    PyTypeObject *type = Py_TYPE(x);
    if (type != value_class) {
        if (type == &PyFloat_Type || !PyType_IsSubtype(type, node_type))
            return PyFloat_AsDouble(x);
    }
    double id = NODE(x)->id;
    if (MG_UNLIKELY(id == 0.0)) {
        PyErr_SetString(
            PyExc_AttributeError,
            "this Value was never initialised: its __init__ did not run, or raised");
        return -1.0;
    }
    return id;
}

#define IS(name) (strcmp(__func__, "_cffi_f_" #name) == 0)
#define MAKES_A_NODE                                                                      \
    (IS(mg_add) || IS(mg_mul) || IS(mg_add_number) || IS(mg_mul_number) ||                \
     IS(mg_unary) || IS(mg_unary_k) || IS(mg_binary) || IS(mg_node) ||                    \
     IS(mg_node_with_local) || IS(mg_leaf) || IS(mg_total) || IS(mg_dot) ||               \
     IS(mg_logsumexp) || IS(mg_claim))

#undef _cffi_to_c_double
#define _cffi_to_c_double(x) id_or_number(x)
#undef _cffi_from_c_double
#define _cffi_from_c_double(result)                                                       \
    (MAKES_A_NODE       ? make(value_class, result)                                       \
     : IS(mg_traced)    ? make(traced_class, result)                                      \
     : IS(mg_node_type) ? get_node_type()                                                 \
                        : PyFloat_FromDouble(result))

/* Calls that take some nanoseconds keep the GIL: to give it up and take it again takes
 * longer than they do, a seventh of an operator's time. Before a call the library is told
 * the mode, see _mode.c. */
#ifdef __GNUC__
#define IS_QUICK                                                                          \
    (IS(mg_add) || IS(mg_mul) || IS(mg_add_number) || IS(mg_mul_number) ||                \
     IS(mg_unary) || IS(mg_unary_k) || IS(mg_binary) || IS(mg_leaf) || IS(mg_data) ||     \
     IS(mg_grad) || IS(mg_set_data) || IS(mg_set_grad) || IS(mg_traced) || IS(mg_claim))
#define IS_SAME_IN_ALL_MODES                                                              \
    (IS(mg_data) || IS(mg_grad) || IS(mg_set_data) || IS(mg_set_grad) || IS(mg_claim) ||  \
     IS(mg_new_mode) || IS(mg_free_mode) || IS(mg_modes))
#else /* the names would be compared in each call */
#define IS_QUICK 0
#define IS_SAME_IN_ALL_MODES 0
#endif
#undef Py_BEGIN_ALLOW_THREADS
#undef Py_END_ALLOW_THREADS
#define Py_BEGIN_ALLOW_THREADS                                                            \
    {                                                                                     \
        double mode = IS_SAME_IN_ALL_MODES ? 0.0 : begin_in_mode();                       \
        PyThreadState *_save = IS_QUICK ? NULL : PyEval_SaveThread();
#define Py_END_ALLOW_THREADS                                                              \
    if (!IS_QUICK)                                                                        \
        PyEval_RestoreThread(_save);                                                      \
    end_in_mode(mode);                                                                    \
    }

static PyObject *get_node_type(void);

/* --- methods -------------------------------------------------------------------- */

static PyObject *no_memory(void) {
    PyErr_SetString(PyExc_MemoryError, "no memory for a larger graph");
    return NULL;
}

/* self._mg_init_leaf(number): self becomes a leaf. False where it had a node before, which
 * then is the leaf, in one step. */
static PyObject *init_leaf(PyObject *self, PyObject *number) {
    double data = PyFloat_AsDouble(number);
    if (data == -1.0 && PyErr_Occurred())
        return NULL;
    double id = NODE(self)->id, mode = begin_in_mode();
    if (MG_UNLIKELY(id != 0.0)) {
        mg_become_leaf(id, data);
        end_in_mode(mode);
        Py_RETURN_FALSE;
    }
    id = mg_leaf(data);
    end_in_mode(mode);
    if (id == 0.0)
        return no_memory();
    give_node(self, id);
    Py_RETURN_TRUE;
}

/* self._mg_take(other): self becomes what other is, which has a new custom node, and other
 * what self was, in one step. Returns whether self had no node; if it had one it keeps it,
 * as others use it and may just have its id. Only where that would close a cycle in C,
 * which nothing would free, they change nodes. */
static PyObject *take(PyObject *self, PyObject *other) {
    if (id_or_number(other) == -1.0 && PyErr_Occurred())
        return NULL;
    double id = NODE(self)->id;
    int closes_cycle = 0;
    if (id != 0.0 && mg_become(id, NODE(other)->id, &closes_cycle) != MG_OK)
        return no_memory();
    if (id != 0.0 && !closes_cycle)
        Py_RETURN_FALSE;
    NODE(self)->id = NODE(other)->id;
    *entry_of(NODE(self)->id) = self;
    if (id == 0.0) { /* other has it too until it dies: _mg_living may have named it */
        mg_retain(NODE(self)->id);
        Py_RETURN_TRUE;
    }
    NODE(other)->id = id;
    *entry_of(id) = other;
    Py_RETURN_FALSE;
}

/* self._mg_operands(): the Values of its operands, in order, repeated as they are. */
static PyObject *operands(PyObject *self, PyObject *unused_argument) {
    (void)unused_argument;
    double id = id_or_number(self);
    if (id == -1.0)
        return NULL;
    if (mg_make_plain(id) != MG_OK)
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
    PyObject *tuple = PyTuple_New((Py_ssize_t)n);
    for (size_t i = 0; i < n; i++) {
        PyObject *value = tuple == NULL ? NULL : value_of(ids[i]);
        if (tuple == NULL)
            mg_release(ids[i]);
        else if (value == NULL)
            Py_CLEAR(tuple);
        else
            PyTuple_SetItem(tuple, (Py_ssize_t)i, value);
    }
    if (ids != few)
        mg_dealloc(ids);
    return tuple;
}

/* Node._mg_value_of(id): the Value of a node that something living uses. */
static PyObject *value_of_id(PyObject *cls, PyObject *number) {
    (void)cls;
    double id = PyFloat_AsDouble(number);
    if (id == -1.0 && PyErr_Occurred())
        return NULL;
    mg_retain(id);
    return value_of(id);
}

/* Node._mg_living(): a list of every Value there is. */
static PyObject *living(PyObject *cls, PyObject *unused_argument) {
    (void)cls, (void)unused_argument;
    PyObject *list = PyList_New(0);
    for (mg_index id = 1; list != NULL && id < mg_id_end(); id++) {
        PyObject *object = *entry_of(id);
        if (object == NULL || is_left_behind(object) || Py_REFCNT(object) == 0)
            continue;
        if (PyList_Append(list, object) < 0)
            Py_CLEAR(list);
    }
    return list;
}

/* Node._mg_ids(values): the ids of a list or tuple of Values, as bytes of doubles. */
static PyObject *ids_of(PyObject *cls, PyObject *values) {
    (void)cls;
    int is_list = PyList_Check(values);
    if (!is_list && !PyTuple_Check(values)) {
        PyErr_SetString(PyExc_TypeError, "expected a list or a tuple of Values");
        return NULL;
    }
    Py_ssize_t n = is_list ? PyList_Size(values) : PyTuple_Size(values);
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, n * (Py_ssize_t)sizeof(double));
    double *ids = bytes == NULL ? NULL : (double *)(void *)PyBytes_AsString(bytes);
    for (Py_ssize_t i = 0; bytes != NULL && i < n; i++) {
        PyObject *value = is_list ? PyList_GetItem(values, i) : PyTuple_GetItem(values, i);
        if (MG_UNLIKELY(!PyType_IsSubtype(Py_TYPE(value), node_type)))
            PyErr_SetString(PyExc_TypeError, "expected Values");
        else if ((ids[i] = id_or_number(value)) != -1.0)
            continue;
        Py_CLEAR(bytes);
    }
    return bytes;
}

/* --- before collections ------------------------------------------------------------ */

static PyObject *pending, *hold_pending; /* of _looking.py */

/* An exception that a signal handler raised while the collector ran, to be raised where
 * the main thread goes on. The collector itself could only print it. */
static PyObject *delayed[3];

static int raise_delayed(void *argument) {
    (void)argument;
    if (delayed[0] == NULL)
        return 0;
    PyErr_Restore(delayed[0], delayed[1], delayed[2]);
    delayed[0] = delayed[1] = delayed[2] = NULL;
    return -1;
}

/* Node._mg_around_collection(phase, info), one of gc.callbacks: calls hold_pending()
 * before a full collection. In C, since a signal handler may run in whatever is written in
 * Python. */
static PyObject *around_collection(PyObject *cls, PyObject *arguments) {
    (void)cls;
    PyObject *phase, *info;
    if (!PyArg_UnpackTuple(arguments, "around_collection", 2, 2, &phase, &info))
        return NULL;
    if (PyDict_Size(pending) == 0 || PyUnicode_CompareWithASCIIString(phase, "start") != 0)
        Py_RETURN_NONE;
    PyObject *generation = PyDict_GetItemString(info, "generation");
    if (generation == NULL || PyLong_AsLong(generation) != 2)
        Py_RETURN_NONE;
    PyObject *result = PyObject_CallObject(hold_pending, NULL);
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
    Py_RETURN_NONE;
}

/* Node._mg_before_collections(pending, hold_pending): a dict, and what to call if it is
 * not empty. */
static PyObject *before_collections(PyObject *cls, PyObject *arguments) {
    (void)cls;
    PyObject *dict, *function;
    if (!PyArg_UnpackTuple(arguments, "before_collections", 2, 2, &dict, &function))
        return NULL;
    Py_INCREF(dict);
    Py_INCREF(function);
    pending = dict;
    hold_pending = function;
    Py_RETURN_NONE;
}

/* cls._mg_register(n): C functions return instances of cls, or with n = 1 mg_traced does.
 */
static PyObject *register_class(PyObject *cls, PyObject *number) {
    long n = PyLong_AsLong(number);
    if ((n == -1 && PyErr_Occurred()) || load_modes() < 0)
        return NULL;
    Py_INCREF(cls); /* for good */
    *(n ? &traced_class : &value_class) = (PyTypeObject *)cls;
    mg_on_free(node_was_freed);
    Py_RETURN_NONE;
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

static PyMethodDef node_methods[] = {
    {"_mg_init_leaf", init_leaf, METH_O, NULL},
    {"_mg_take", take, METH_O, NULL},
    {"_mg_operands", operands, METH_NOARGS, NULL},
    {"_mg_value_of", value_of_id, METH_O | METH_STATIC, NULL},
    {"_mg_living", living, METH_NOARGS | METH_STATIC, NULL},
    {"_mg_ids", ids_of, METH_O | METH_STATIC, NULL},
    {"_mg_around_collection", around_collection, METH_VARARGS | METH_STATIC, NULL},
    {"_mg_before_collections", before_collections, METH_VARARGS | METH_STATIC, NULL},
    {"_mg_register", register_class, METH_O | METH_CLASS, NULL},
    {NULL, NULL, 0, NULL}};

static PyGetSetDef node_getset[] = {
    {"_mg_id", get_id, NULL, NULL, NULL},
    {"__dict__", get_attributes, set_attributes, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL}};

static PyMemberDef node_members[] = {
    {"__dictoffset__", T_PYSSIZET, offsetof(node_object, attributes), READONLY, NULL},
    {NULL, 0, 0, 0, NULL}};

static PyType_Slot node_slots[] = {{Py_tp_doc, "A Python object that owns a node in C."},
                                   {Py_tp_dealloc, node_dealloc},
                                   {Py_tp_traverse, node_traverse},
                                   {Py_tp_clear, node_clear},
                                   {Py_tp_methods, node_methods},
                                   {Py_tp_getset, node_getset},
                                   {Py_tp_members, node_members},
                                   {0, NULL}};

static PyType_Spec node_spec = {
    "micrograd_c._native.Node", sizeof(node_object), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, node_slots};

/* The type, as the result of lib.mg_node_type(). */
static PyObject *get_node_type(void) {
    if (node_type == NULL)
        node_type = (PyTypeObject *)PyType_FromSpec(&node_spec);
    Py_XINCREF((PyObject *)node_type);
    return (PyObject *)node_type;
}
#endif
