/* free_ids.h - which ids are free. New nodes get the lowest ones, in order.
 *
 * A graph is freed in another order than it was made in. If new nodes took its ids in the
 * order in which they were freed, each step of a training loop would scatter its graph
 * more over the memory, and walks over the graph would wait for it: by a third after 20
 * steps of a graph of 57,000 nodes. So free ids are bits, and consecutive nodes lie next
 * to each other where there is room.
 *
 * Included by graph.h, which says what chunks are. All of it is guarded by the lock.
 */
#ifndef MG_FREE_IDS_H
#define MG_FREE_IDS_H

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#endif

enum { MG_WORD_IDS = 64 };
enum { MG_CHUNK_WORDS = MG_CHUNK_NODES / MG_WORD_IDS };

/* The free ids of one chunk, as bits. */
typedef struct {
    uint64_t
        words[MG_CHUNK_WORDS]; /* bit i of word w: the chunk's id 64 * w + i is free */
    uint64_t used[MG_CHUNK_WORDS / 64]; /* bit w: words[w] is not 0 */
} mg_id_bits;

/* The ids that new nodes get next: mg_free_first + i for each bit i of mg_free_word. They
 * are not among those of their chunk, whose word is 0. */
extern uint64_t mg_free_word;
extern mg_index mg_free_first;

/* Sets these two to other ids when mg_free_word is 0. Returns 0 if there are none: out of
 * memory, or all ids are in use. */
int mg_next_free_word(void);

/* Returns the position of the lowest bit of a word that is not 0. */
static inline unsigned mg_lowest_bit(uint64_t word) {
#if defined(__GNUC__) || defined(__clang__)
    return (unsigned)__builtin_ctzll(word);
#elif defined(_MSC_VER) && defined(_WIN64)
    unsigned long position;
    _BitScanForward64(&position, word);
    return (unsigned)position;
#else
    unsigned position = 0;
    while (!(word >> position & 1))
        position++;
    return position;
#endif
}

/* Returns an id that no node has. 0: there is none. */
static inline mg_index mg_take_free_id(void) {
    if (MG_UNLIKELY(mg_free_word == 0) && !mg_next_free_word())
        return 0;
    mg_index id = mg_free_first + mg_lowest_bit(mg_free_word);
    mg_free_word &= mg_free_word - 1;
    return id;
}

#endif
