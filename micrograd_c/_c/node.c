/* node.c - Node, the base class of Value: a Python object that owns a node of the C
 * library.
 *
 * CPython with the GIL only; elsewhere node_in_python.py is the same class. This file is
 * compiled into the CFFI module, before the functions that CFFI generates for micrograd.h.
 * Macros in calls.c change those functions: one that takes an mg_id also takes a Value,
 * and one that makes a node returns a Value, or None for the id 0. So a node has an owner
 * before any Python code can run, and the owner releases it in C: no interrupt can come
 * between.
 *
 * Who points to whom:
 * - A Value owns one reference to its node, and releases it when it is deallocated.
 * - values[id] is a borrowed pointer to the Value of a node. The Value's deallocation
 *   clears the entry. So the same node is the same object as long as somebody has it.
 * - A Value with attributes may be deallocated while other nodes still use its node. Then
 *   it is a dead Value: its memory stays, to keep the attributes, and values[id] points to
 *   it with the lowest bit set. The next Value of that node takes the attributes over. If
 *   there is none, they are freed after the node.
 *
 * Threads: the GIL guards values[]. When a node is freed without the GIL, its entry is
 * cleared under the library's lock, at a time when nobody can ask for that node any more.
 */
#include <string.h>

#include "micrograd.h"

/* Takes the id at i, and its reference to the node, out of a block of ids. */
static mg_id mg_take_id(mg_id *ids, size_t i) {
    mg_id id = ids[i];
    ids[i] = 0;
    return id;
}

static double mg_node_type(void) { return 0.0; }

#if !defined(PYPY_VERSION) && !defined(Py_GIL_DISABLED)
#include <structmember.h>

/* Part of the stable ABI, of which CFFI asks the headers for the oldest version only. */
PyAPI_FUNC(int) PyObject_GC_IsFinalized(PyObject *object);
PyAPI_FUNC(void *) PyType_GetSlot(PyTypeObject *type, int slot);

#include "base/alloc.h"
#include "graph/graph.h"

typedef struct {
    PyObject_HEAD double id;   /* of the node; 0 before __init__ */
    PyObject *attributes;      /* the dict, NULL before the first attribute */
    PyObject *known_operands;  /* the operands, NULL until somebody asks for them */
    PyObject *net_operands;    /* of an output of a net: the pinned net's inputs and
                                  parameters, until they are operands of its nodes */
    PyObject *custom_backward; /* the function assigned to _backward, NULL for none */
    PyObject *next;            /* of a dead Value the next one in to_free, of a spare
                                  object the next one in spare */
} node_object;

#define NODE(object) ((node_object *)(object))

static PyTypeObject *node_type;
static PyTypeObject *operands_class;             /* of _prev: a subclass of tuple */
static PyTypeObject *value_class, *traced_class; /* of what C functions return */
static PyObject *to_free; /* a linked list of dead Values whose nodes were freed */
static mg_lock_t to_free_lock;
static volatile int any_to_free; /* read without the lock, as a hint */

/* A linked list of the memory of Values that were deallocated, for the next ones: most
 * live for one operator only. */
static PyObject *spare;
static int n_spare;
enum { MOST_SPARE = 256 };

/* Returns a new reference to x. Not Py_RETURN_NONE and the like: with the headers of
 * Python 3.12 and later these take no reference, since there None and True are immortal. A
 * wheel built so also runs on Pythons before, where the missing references would end
 * None's life. */
static PyObject *new_reference(PyObject *x) {
    Py_INCREF(x);
    return x;
}

/* --- which Value belongs to a node ------------------------------------------- */

/* Returns the address of values[id]. */
static PyObject **entry_of(double id) { return (PyObject **)mg_note_of((mg_index)id); }

/* True if an entry points to a dead Value, with the lowest bit set. */
static int is_dead(PyObject *entry) { return ((uintptr_t)entry & 1) != 0; }

/* Sets or clears the lowest bit of a pointer. */
static PyObject *toggle_dead(PyObject *object) {
    return (PyObject *)((uintptr_t)object ^ 1);
}

/* Frees the dead Values whose nodes were freed, with their attributes. Needs the GIL. */
static void free_dead_values(void) {
    mg_lock(&to_free_lock);
    PyObject *object = to_free;
    to_free = NULL;
    any_to_free = 0;
    mg_unlock(&to_free_lock);
    while (object != NULL) {
        PyObject *next = NODE(object)->next;
        PyTypeObject *type = Py_TYPE(object);
        Py_XDECREF(NODE(object)->attributes);
        PyObject_GC_Del(object);
        Py_DECREF(type);
        object = next;
    }
}

/* The library calls this when it frees a node that was given to mg_release_noted: under
 * its lock, and perhaps without the GIL. */
static void node_was_freed(mg_id id) {
    PyObject **entry = entry_of(id);
    if (!is_dead(*entry))
        return; /* another Value has taken the attributes over */
    PyObject *object = toggle_dead(*entry);
    *entry = NULL;
    mg_lock(&to_free_lock);
    NODE(object)->next = to_free;
    to_free = object;
    any_to_free = 1;
    mg_unlock(&to_free_lock);
}

/* Returns a new instance of cls without a node. NULL with an exception: out of memory. May
 * start a garbage collection. */
static PyObject *new_object(PyTypeObject *cls) {
    PyObject *object = spare;
    if (MG_UNLIKELY(object == NULL || cls != value_class))
        return PyType_GenericAlloc(cls, 0);
    spare = NODE(object)->next;
    n_spare--;
    NODE(object)->id = 0.0;
    NODE(object)->attributes = NULL;
    NODE(object)->next = NULL;
    PyObject_Init(object, cls);
    PyObject_GC_Track(object);
    return object;
}

/* Frees an object that is not tracked, or keeps its memory, whose other fields are NULL.
 * Python's collector notes in an object that its __del__ has run, if a program gave Value
 * one: that is not a spare one, whose __del__ would not run again. */
static void free_object(PyObject *object, PyTypeObject *type) {
    if (MG_LIKELY(type == value_class && n_spare < MOST_SPARE &&
                  !PyObject_GC_IsFinalized(object))) {
        NODE(object)->next = spare;
        spare = object;
        n_spare++;
    } else {
        PyObject_GC_Del(object);
    }
    Py_DECREF(type);
}

/* Makes object, which has no node, the Value of a node. Takes over the caller's reference
 * to the node. */
static void give_node(PyObject *object, double id) {
    PyObject **entry = entry_of(id), *before = *entry;
    NODE(object)->id = id;
    *entry = object;
    if (MG_UNLIKELY(before != NULL)) {
        if (is_dead(before)) {
            before = toggle_dead(before);
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

/* Returns a new instance of cls for a node, or None for the id 0. Takes over the caller's
 * reference to the node, also where it returns NULL with an exception. */
static PyObject *make(PyTypeObject *cls, double id) {
    if (id == 0.0)
        return new_reference(Py_None);
    if (MG_UNLIKELY(any_to_free))
        free_dead_values();
    PyObject *object = new_object(cls);
    if (object == NULL) {
        mg_release(id);
        return NULL;
    }
    give_node(object, id);
    return object;
}

/* Returns the Value of a node as a new reference; NULL without an exception if the node
 * has none, or one that is being deallocated. */
static PyObject *known_value_of(double id) {
    PyObject *value = *entry_of(id);
    if (value == NULL || is_dead(value) || Py_REFCNT(value) == 0)
        return NULL;
    Py_INCREF(value);
    return value;
}

/* Returns the Value of a node: the one that exists, or a new one. Takes over the caller's
 * reference to the node, which keeps the node alive meanwhile: allocating the new Value
 * may start a garbage collection, which can run any Python code. */
static PyObject *value_of(double id) {
    PyObject *value = known_value_of(id);
    if (value == NULL) {
        PyObject *object = new_object(value_class);
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

/* True if x is an atom: of a type that refers to no other object. */
static int is_atom(PyObject *x) {
    PyTypeObject *type = Py_TYPE(x);
    return x == Py_None || type == &PyFloat_Type || type == &PyLong_Type ||
           type == &PyUnicode_Type || type == &PyBool_Type;
}

/* True if all attributes are atoms, so that none can be part of a cycle. */
static int are_atoms(PyObject *attributes) {
    Py_ssize_t i = 0;
    PyObject *name, *x;
    while (PyDict_Next(attributes, &i, &name, &x))
        if (!is_atom(x))
            return 0;
    return 1;
}

/* Returns a new dict of the attributes that are atoms. Keeps the exception that is set.
 * NULL without one of its own if memory runs out. */
static PyObject *atoms_of(PyObject *attributes) {
    PyObject *error[3], *name, *x, *atoms;
    Py_ssize_t i = 0;
    PyErr_Fetch(&error[0], &error[1], &error[2]);
    atoms = PyDict_New();
    while (atoms != NULL && PyDict_Next(attributes, &i, &name, &x))
        if (is_atom(x) && is_atom(name) && PyDict_SetItem(atoms, name, x) < 0)
            Py_CLEAR(atoms);
    PyErr_Restore(error[0], error[1], error[2]);
    return atoms;
}

static int node_traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(NODE(self)->attributes);
    Py_VISIT(NODE(self)->known_operands);
    Py_VISIT(NODE(self)->net_operands);
    Py_VISIT(NODE(self)->custom_backward);
    return 0;
}

/* Breaks cycles of garbage. Attributes that are atoms stay, since the node may still be in
 * use. */
static int node_clear(PyObject *self) {
    PyObject *attributes = NODE(self)->attributes;
    if (attributes != NULL && !are_atoms(attributes)) {
        NODE(self)->attributes = atoms_of(attributes);
        Py_DECREF(attributes);
    }
    Py_CLEAR(NODE(self)->known_operands);
    Py_CLEAR(NODE(self)->net_operands);
    Py_CLEAR(NODE(self)->custom_backward);
    return 0;
}

static void node_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    double id = NODE(self)->id;
    PyObject *attributes = NODE(self)->attributes, *others = NULL;
    PyObject_GC_UnTrack(self);
    Py_CLEAR(NODE(self)->known_operands);
    Py_CLEAR(NODE(self)->net_operands);
    Py_CLEAR(NODE(self)->custom_backward);
    if (MG_LIKELY(id != 0.0)) {
        PyObject **entry = entry_of(id);
        if (*entry == self && attributes != NULL && !are_atoms(attributes)) {
            /* Some were set past __setattr__. They are not kept: the collector would not
             * see a cycle that they close. */
            others = attributes;
            NODE(self)->attributes = attributes = atoms_of(others);
        }
        if (*entry == self && attributes != NULL && PyDict_Size(attributes) > 0) {
            /* First: from mg_release_noted on, node_was_freed may come at any time. */
            *entry = toggle_dead(self);
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
    free_object(self, type);
    Py_XDECREF(others);
    if (MG_UNLIKELY(any_to_free))
        free_dead_values();
}
#endif
