/* node.c - Node, the base class of Value: a Python object that owns a node of the C
 * library.
 *
 * CPython only, with the GIL; elsewhere node_in_python.py is the same class. It is
 * compiled into the CFFI module, before the functions that CFFI generates for micrograd.h.
 * Macros in calls.c change those functions: where one takes an mg_id, it also takes a
 * Value, and where it makes a node, it returns a Value, or None for the id 0. So a node
 * has an owner before any Python code can run, and the owner gives the node back in C: no
 * interrupt can come between.
 *
 * Three kinds of pointers:
 * - A Value owns one reference to its node and gives it back when it is deallocated.
 * - values[id] is the Value of a node, not a reference: its deallocation clears the entry.
 *   So the same node is the same object for as long as somebody has that object.
 * - A Value that has attributes may be deallocated while other nodes still use its node.
 *   Then its memory stays, to keep the attributes, and the lowest bit of values[id] is
 * set. The next Value of that node takes them over. If there is none, they are freed after
 * the node.
 *
 * Threads: the GIL guards values[]. An entry of a node that is freed without the GIL is
 * cleared under the library's lock, when nobody can ask for that node any more.
 */
#include <string.h>

#include "micrograd.h"

/* Takes the id at i, with its reference, out of a block of ids. */
static mg_id mg_claim(mg_id *ids, size_t i) {
    mg_id id = ids[i];
    ids[i] = 0;
    return id;
}

static double mg_node_type(void) { return 0.0; }

#if !defined(PYPY_VERSION) && !defined(Py_GIL_DISABLED)
#include <structmember.h>

#include "base/alloc.h"
#include "graph/graph.h"

typedef struct {
    PyObject_HEAD double id; /* 0 before __init__ */
    PyObject *attributes;    /* the dict, NULL before the first attribute */
    /* What pinning.py notes, NULL for nothing: */
    PyObject *held;      /* the operands, as Operands, once somebody asked for them */
    PyObject *also_held; /* Values that an output of a net depends on */
    PyObject *custom_backward; /* a function that the user assigned to _backward */
    PyObject *next;            /* in the list of those to be freed */
} node_object;

#define NODE(object) ((node_object *)(object))

static PyTypeObject *node_type;
static PyTypeObject *operands_class;             /* of _prev: a subclass of tuple */
static PyTypeObject *value_class, *traced_class; /* of what C functions return */
static PyObject *unused; /* a list of Values to free: their nodes were freed */
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
    mg_lock(&unused_lock);
    PyObject *object = unused;
    unused = NULL;
    any_unused = 0;
    mg_unlock(&unused_lock);
    while (object != NULL) {
        PyObject *next = NODE(object)->next;
        PyTypeObject *type = Py_TYPE(object);
        Py_XDECREF(NODE(object)->attributes);
        PyObject_GC_Del(object);
        Py_DECREF(type);
        object = next;
    }
}

/* The library calls this, under its lock and perhaps without the GIL, when it frees a node
 * that was given to mg_release_noted. */
static void node_was_freed(mg_id id) {
    PyObject **entry = entry_of(id);
    if (!is_left_behind(*entry))
        return; /* another Value has taken the attributes */
    PyObject *object = left_behind(*entry);
    *entry = NULL;
    mg_lock(&unused_lock);
    NODE(object)->next = unused;
    unused = object;
    any_unused = 1;
    mg_unlock(&unused_lock);
}

/* Makes object, which has no node, the Value of a node. Takes the caller's reference. */
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
        } else { /* before is being deallocated at this moment */
            Py_XINCREF(NODE(before)->attributes);
            NODE(object)->attributes = NODE(before)->attributes;
        }
    }
}

/* A new instance of cls for a node; takes the caller's reference. None for the id 0. */
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

/* The Value of a node as a new reference; NULL where it has none, or one that is being
 * deallocated. */
static PyObject *known_value_of(double id) {
    PyObject *value = *entry_of(id);
    if (value == NULL || is_left_behind(value) || Py_REFCNT(value) == 0)
        return NULL;
    Py_INCREF(value);
    return value;
}

/* The Value of a node: the one that exists, or a new one. Takes the caller's reference to
 * the node. That keeps the node alive meanwhile: to allocate the new Value may start a
 * garbage collection, which can run any Python code. */
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
    Py_VISIT(NODE(self)->held);
    Py_VISIT(NODE(self)->also_held);
    Py_VISIT(NODE(self)->custom_backward);
    return 0;
}

/* For garbage. Attributes that are in no cycle stay, since the node may still be in use.
 */
static int node_clear(PyObject *self) {
    PyObject *attributes = NODE(self)->attributes;
    if (attributes != NULL && !are_atoms(attributes)) {
        NODE(self)->attributes = atoms_of(attributes);
        Py_DECREF(attributes);
    }
    Py_CLEAR(NODE(self)->held);
    Py_CLEAR(NODE(self)->also_held);
    Py_CLEAR(NODE(self)->custom_backward);
    return 0;
}

static void node_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    double id = NODE(self)->id;
    PyObject *attributes = NODE(self)->attributes, *others = NULL;
    PyObject_GC_UnTrack(self);
    Py_CLEAR(NODE(self)->held);
    Py_CLEAR(NODE(self)->also_held);
    Py_CLEAR(NODE(self)->custom_backward);
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
#endif
