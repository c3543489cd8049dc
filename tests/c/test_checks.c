/* test_checks.c - rules that the library must keep, each broken on purpose.
 *
 * usage: test_checks RULE
 *
 * In a build with -DMG_CHECKS each of these programs must be aborted by an MG_ASSERT.
 * Prints the rules' names when there is no argument. Exits with status 0 if nothing
 * stopped it.
 */
#include <stdio.h>
#include <string.h>

#include "graph/graph.h"

static void read_a_freed_node(mg_id id) {
    mg_release(id);
    (void)mg_data(id);
}

static void release_twice(mg_id id) {
    mg_release(id);
    mg_release(id);
}

static void read_no_node(mg_id id) { (void)mg_data(id - id); }

static void read_past_the_last_chunk(mg_id id) { (void)mg_data(id + MG_CHUNK_NODES); }

static void make_a_node_without_the_lock(mg_id id) {
    (void)id;
    (void)mg_new_leaf(1.0);
}

static void use_without_the_lock(mg_id id) { (void)mg_use((mg_index)id); }

static void drop_without_the_lock(mg_id id) { mg_drop((mg_index)id); }

static void walk_without_the_lock(mg_id id) {
    size_t n;
    (void)mg_sorted((mg_index)id, 0, &n);
}

static void free_a_node_in_use(mg_id id) {
    mg_lock(&mg_graph_lock);
    mg_free_nodes((mg_index)id);
}

static void lock_twice(mg_id id) {
    (void)id;
    mg_lock(&mg_graph_lock);
    mg_lock(&mg_graph_lock);
}

static void unlock_without_lock(mg_id id) {
    (void)id;
    mg_unlock(&mg_graph_lock);
}

static const struct {
    const char *name;
    void (*broken)(mg_id id);
} rules[] = {
#define RULE(name)                                                                        \
    { #name, name }
    RULE(read_a_freed_node),
    RULE(release_twice),
    RULE(read_no_node),
    RULE(read_past_the_last_chunk),
    RULE(make_a_node_without_the_lock),
    RULE(use_without_the_lock),
    RULE(drop_without_the_lock),
    RULE(walk_without_the_lock),
    RULE(free_a_node_in_use),
    RULE(lock_twice),
    RULE(unlock_without_lock),
#undef RULE
};

int main(int argc, char **argv) {
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (argc < 2)
            puts(rules[i].name);
        else if (strcmp(argv[1], rules[i].name) == 0)
            rules[i].broken(mg_leaf(2.0));
    return 0;
}
