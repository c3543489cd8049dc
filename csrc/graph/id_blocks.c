/* id_blocks.c - blocks of ids that own a reference to each node in them. */
#include "graph/graph.h"

#include "base/alloc.h"

/* The number of ids is stored before the first one. */
mg_status mg_new_ids(size_t n, mg_id **ids) {
    mg_id *block = n == SIZE_MAX ? NULL : mg_alloc(n + 1, sizeof *block);
    *ids = block == NULL ? NULL : block + 1;
    if (block == NULL)
        return MG_NO_MEMORY;
    block[0] = (mg_id)n;
    for (size_t i = 0; i < n; i++)
        (*ids)[i] = 0.0;
    return MG_OK;
}

void mg_free_ids(mg_id **ids) {
    mg_id *block = *ids;
    if (block == NULL)
        return;
    mg_lock(&mg_graph_lock);
    for (size_t i = 0; i < (size_t)block[-1]; i++)
        if (block[i] != 0.0) {
            mg_disown(mg_at((mg_index)block[i]));
            mg_drop((mg_index)block[i]);
        }
    mg_unlock(&mg_graph_lock);
    mg_dealloc(block - 1);
    *ids = NULL;
}

mg_status mg_copy_ids(const mg_index *ids, size_t n, mg_id **block) {
    MG_ASSERT_LOCKED();
    *block = NULL;
    if (ids == NULL || mg_new_ids(n, block) != MG_OK)
        return MG_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        mg_own(mg_at(ids[i])); /* mg_free_ids undoes it */
        (*block)[i] = mg_use(ids[i]);
    }
    return MG_OK;
}
