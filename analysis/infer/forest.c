/* Random forest (Breiman 2001) with histogram splits and out-of-bag votes, calibrated by isotonic
 * regression.
 *
 * Inputs are cut into at most 256 bins once; a node sorts its rows by counting, so the work does
 * not depend on the number of classes. A leaf keeps class shares as 16-bit integers: votes are then
 * sums of integers, the same in any order, so the answer does not depend on the number of threads.
 * Each tree draws its bag from at most ROWS_PER_TREE rows without its replica's fold.
 */
#include "analysis/infer/generator.h"
#include "analysis/infer/isotonic.h"
#include "analysis/infer/members.h"
#include "analysis/infer/workers.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    BINS = 256,
    ROWS_PER_TREE = 8000,
    OUT_OF_BAG_MAX = 20000,
    LEAF_ROWS = 5,
    FEW_ROWS = 40,
    FULL_SHARE = 65535
};

static const uint16_t LEAF = UINT16_MAX;

struct node {
    uint16_t input; /* LEAF, or rows with bin <= cut go to `child`, the others to `child` + 1 */
    uint8_t cut;
    uint32_t child; /* of a leaf: number of the leaf */
};

struct tree {
    size_t n_nodes, n_leaves, node_room, leaf_room;
    struct node *node;
    uint16_t *share; /* [leaf][class], sums to about FULL_SHARE */
};

struct forest {
    size_t n_inputs, n_classes, n_trees, n_out_of_bag;
    double *edge; /* [input][BINS - 1], ascending: bin = number of edges below x */
    struct tree *tree;
    uint64_t *vote; /* out-of-bag votes: [row][class] for the first n_out_of_bag rows */
    struct isotonic *calibration; /* per class */
    double out_of_bag_error;
};

struct growing {
    struct forest *forest;
    const struct design *design;
    const uint8_t *bin; /* [row][input] */
    uint64_t seed;
    size_t n_tried; /* inputs tried at each node */
    pthread_mutex_t lock;
};

/* Work space of one tree. */
struct bag {
    const struct growing *growing;
    struct generator generator;
    struct tree *tree;
    uint32_t *row; /* the bag; a node owns a stretch of it */
    uint32_t *spare;
    uint32_t *key;          /* a node's rows in bin order: bin << 16 | label */
    uint32_t *in_bag;       /* per row: how often */
    uint32_t *total, *left; /* per class */
    uint16_t *input;        /* permutation of the inputs */
};

static size_t bin_of(const double *edge, double x)
{
    size_t low = 0, high = BINS - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (edge[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Edges halfway between neighbouring quantiles; equal quantiles leave bins empty, which does no
 * harm. */
static int set_edges(struct forest *self, const struct design *design)
{
    size_t n = design->n_rows < 20000 ? design->n_rows : 20000;
    double *value = malloc((n + 1) * sizeof *value);
    if (value == NULL)
        return STATUS_RUN;
    for (size_t j = 0; j < self->n_inputs; j++) {
        double *edge = self->edge + j * (BINS - 1);
        for (size_t i = 0; i < n; i++)
            value[i] = design->x[i * design->n_inputs + j];
        gsl_sort(value, 1, n);
        for (size_t b = 1; b < BINS; b++) {
            size_t at = b * n / BINS, before = at > 0 ? at - 1 : 0;
            edge[b - 1] = 0.5 * (value[before] + value[at]);
        }
    }
    free(value);
    return STATUS_OK;
}

static size_t add_node(struct tree *tree)
{
    if (tree->n_nodes == tree->node_room) {
        size_t room = tree->node_room ? 2 * tree->node_room : 256;
        struct node *node = realloc(tree->node, room * sizeof *node);
        if (node == NULL)
            return SIZE_MAX;
        tree->node = node;
        tree->node_room = room;
    }
    tree->node[tree->n_nodes] = (struct node){.input = LEAF};
    return tree->n_nodes++;
}

static int make_leaf(struct bag *bag, size_t node, size_t n)
{
    struct tree *tree = bag->tree;
    size_t n_classes = bag->growing->forest->n_classes;
    if (tree->n_leaves == tree->leaf_room) {
        size_t room = tree->leaf_room ? 2 * tree->leaf_room : 256;
        uint16_t *share = realloc(tree->share, room * n_classes * sizeof *share);
        if (share == NULL)
            return STATUS_RUN;
        tree->share = share;
        tree->leaf_room = room;
    }
    for (size_t c = 0; c < n_classes; c++)
        tree->share[tree->n_leaves * n_classes + c] =
            (uint16_t)((uint64_t)bag->total[c] * FULL_SHARE / n);
    tree->node[node].child = (uint32_t)tree->n_leaves++;
    return STATUS_OK;
}

struct split_choice {
    double gain; /* sum of squared class counts over the rows, left plus right */
    uint16_t input;
    uint8_t cut;
};

/* Few rows: insertion sort. Keys are bin and label together. */
static void sort_few(uint32_t *key, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint32_t k = key[i];
        size_t j = i;
        for (; j > 0 && key[j - 1] > k; j--)
            key[j] = key[j - 1];
        key[j] = k;
    }
}

/* Many rows: counting sort by bin. */
static void sort_many(uint32_t *key, const uint32_t *unsorted, size_t n)
{
    uint32_t next[BINS] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++)
        next[unsorted[i] >> 16]++;
    for (size_t b = 0; b < BINS; b++) {
        uint32_t count = next[b];
        next[b] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        key[next[unsorted[i] >> 16]++] = unsorted[i];
}

/* The rows of a node as keys in the order of one input's bins. */
static void sort_rows(struct bag *bag, const uint32_t *row, size_t n, uint16_t input)
{
    const struct growing *g = bag->growing;
    size_t d = g->forest->n_inputs;
    const uint8_t *bin = g->bin + input;
    uint32_t *key = n <= FEW_ROWS ? bag->key : bag->spare;
    for (size_t i = 0; i < n; i++)
        key[i] = (uint32_t)bin[row[i] * d] << 16 | g->design->label[row[i]];
    if (n <= FEW_ROWS)
        sort_few(key, n);
    else
        sort_many(bag->key, key, n);
}

/* Best cut of one input: one pass in the order of its bins with the sums of squared class counts
 * kept up to date (Gini impurity). */
static void try_input(struct bag *bag, const uint32_t *row, size_t n, uint16_t input,
                      uint64_t total_squares, struct split_choice *best)
{
    uint64_t left_squares = 0, right_squares = total_squares;
    sort_rows(bag, row, n, input);
    memset(bag->left, 0, bag->growing->forest->n_classes * sizeof *bag->left);
    for (size_t i = 0; i + LEAF_ROWS < n; i++) {
        uint32_t key = bag->key[i], c = key & 0xffff;
        left_squares += 2 * (uint64_t)bag->left[c] + 1;
        right_squares -= 2 * (uint64_t)(bag->total[c] - bag->left[c]) - 1;
        bag->left[c]++;
        size_t n_left = i + 1;
        if (n_left < LEAF_ROWS || key >> 16 == bag->key[i + 1] >> 16)
            continue;
        double gain =
            (double)left_squares / (double)n_left + (double)right_squares / (double)(n - n_left);
        if (gain > best->gain) {
            best->gain = gain;
            best->input = input;
            best->cut = (uint8_t)(key >> 16);
        }
    }
}

/* Tries inputs in random order: n_tried of them, and more while none of them could split. */
static struct split_choice choose_split(struct bag *bag, const uint32_t *row, size_t n,
                                        uint64_t total_squares)
{
    size_t d = bag->growing->forest->n_inputs;
    double nothing = (double)total_squares / (double)n;
    struct split_choice best = {.gain = nothing * (1 + 1e-12), .input = LEAF};
    for (size_t k = 0; k < d && (k < bag->growing->n_tried || best.input == LEAF); k++) {
        size_t other = k + (size_t)generator_below(&bag->generator, d - k);
        uint16_t input = bag->input[other];
        bag->input[other] = bag->input[k];
        bag->input[k] = input;
        try_input(bag, row, n, input, total_squares, &best);
    }
    return best;
}

/* Rows with bin <= cut first, both sides in their old order; returns how many. */
static size_t partition(struct bag *bag, uint32_t *row, size_t n, struct split_choice split)
{
    const struct growing *g = bag->growing;
    size_t d = g->forest->n_inputs, n_left = 0, n_right = 0;
    for (size_t i = 0; i < n; i++) {
        if (g->bin[row[i] * d + split.input] <= split.cut)
            row[n_left++] = row[i];
        else
            bag->spare[n_right++] = row[i];
    }
    memcpy(row + n_left, bag->spare, n_right * sizeof *row);
    return n_left;
}

struct stretch {
    size_t node, first, n;
};

static uint64_t count_classes(struct bag *bag, const uint32_t *row, size_t n)
{
    const struct growing *g = bag->growing;
    uint64_t squares = 0;
    memset(bag->total, 0, g->forest->n_classes * sizeof *bag->total);
    for (size_t i = 0; i < n; i++)
        bag->total[g->design->label[row[i]]]++;
    for (size_t c = 0; c < g->forest->n_classes; c++)
        squares += (uint64_t)bag->total[c] * bag->total[c];
    return squares;
}

/* Splits one stretch or makes it a leaf; pushes the two halves. Returns STATUS_RUN without memory.
 */
static int grow_node(struct bag *bag, struct stretch at, struct stretch *stack, size_t *n_stack)
{
    uint32_t *row = bag->row + at.first;
    uint64_t squares = count_classes(bag, row, at.n);
    struct split_choice split = {.input = LEAF};
    if (at.n >= 2 * LEAF_ROWS && squares < (uint64_t)at.n * at.n)
        split = choose_split(bag, row, at.n, squares);
    if (split.input == LEAF)
        return make_leaf(bag, at.node, at.n);
    size_t n_left = partition(bag, row, at.n, split);
    size_t left = add_node(bag->tree), right = add_node(bag->tree);
    if (left == SIZE_MAX || right == SIZE_MAX)
        return STATUS_RUN;
    bag->tree->node[at.node] =
        (struct node){.input = split.input, .cut = split.cut, .child = (uint32_t)left};
    /* The larger half first on the stack keeps it short: at most log2(n) stretches. */
    struct stretch a = {left, at.first, n_left}, b = {right, at.first + n_left, at.n - n_left};
    stack[(*n_stack)++] = a.n >= b.n ? a : b;
    stack[(*n_stack)++] = a.n >= b.n ? b : a;
    return STATUS_OK;
}

static int grow(struct bag *bag, size_t n)
{
    struct stretch stack[128] = {{add_node(bag->tree), 0, n}};
    size_t n_stack = 1;
    int code = stack[0].node == SIZE_MAX ? STATUS_RUN : STATUS_OK;
    while (n_stack > 0 && code == STATUS_OK) {
        struct stretch at = stack[--n_stack];
        code = grow_node(bag, at, stack, &n_stack);
    }
    return code;
}

static const uint16_t *leaf_of(const struct tree *tree, const uint8_t *bin, size_t n_classes)
{
    const struct node *node = tree->node;
    while (node->input != LEAF)
        node = tree->node + node->child + (bin[node->input] > node->cut);
    return tree->share + node->child * n_classes;
}

static size_t fill_bag(struct bag *bag, size_t fold)
{
    const struct design *design = bag->growing->design;
    size_t n = 0;
    for (size_t i = 0; i < design->n_rows; i++)
        if (design->fold[i] != fold)
            bag->spare[n++] = (uint32_t)i;
    size_t size = n < ROWS_PER_TREE ? n : ROWS_PER_TREE;
    for (size_t i = 0; i < size; i++) {
        bag->row[i] = bag->spare[generator_below(&bag->generator, n)];
        bag->in_bag[bag->row[i]]++;
    }
    return size;
}

/* Adds the tree's shares to the votes of the rows that it has not seen. */
static void vote_out_of_bag(struct bag *bag, struct growing *g)
{
    struct forest *forest = g->forest;
    size_t n_classes = forest->n_classes;
    pthread_mutex_lock(&g->lock);
    for (size_t i = 0; i < forest->n_out_of_bag; i++) {
        if (bag->in_bag[i] > 0)
            continue;
        const uint16_t *share = leaf_of(bag->tree, g->bin + i * forest->n_inputs, n_classes);
        for (size_t c = 0; c < n_classes; c++)
            forest->vote[i * n_classes + c] += share[c];
    }
    pthread_mutex_unlock(&g->lock);
}

static int grow_tree(void *context, size_t index, struct message *message)
{
    struct growing *g = context;
    size_t n = g->design->n_rows, d = g->forest->n_inputs, n_classes = g->forest->n_classes;
    struct bag bag = {.growing = g, .tree = &g->forest->tree[index]};
    bag.row = malloc((4 * n + 2 * n_classes + 1) * sizeof *bag.row);
    bag.input = malloc((d + 1) * sizeof *bag.input);
    if (bag.row == NULL || bag.input == NULL) {
        free(bag.row);
        free(bag.input);
        return fail(message, STATUS_RUN, "out of memory for a tree");
    }
    bag.spare = bag.row + n;
    bag.in_bag = bag.spare + n;
    bag.key = bag.in_bag + n;
    bag.total = bag.key + n;
    bag.left = bag.total + n_classes;
    memset(bag.in_bag, 0, n * sizeof *bag.in_bag);
    for (size_t j = 0; j < d; j++)
        bag.input[j] = (uint16_t)j;
    generator_init(&bag.generator, g->seed, GENERATOR_TREE, index);
    int code = grow(&bag, fill_bag(&bag, index % REPLICAS));
    if (code == STATUS_OK)
        vote_out_of_bag(&bag, g);
    free(bag.row);
    free(bag.input);
    return code == STATUS_OK ? code : fail(message, code, "out of memory for a tree");
}

static void to_shares(const uint64_t *vote, size_t n_classes, double *share)
{
    double sum = 0;
    for (size_t c = 0; c < n_classes; c++)
        sum += (double)vote[c];
    for (size_t c = 0; c < n_classes; c++)
        share[c] = sum > 0 ? (double)vote[c] / sum : 1 / (double)n_classes;
}

/* Isotonic regression of each class's indicator on its out-of-bag share. */
static int calibrate(struct forest *self, const struct design *design, struct message *message)
{
    size_t n = self->n_out_of_bag, n_classes = self->n_classes, wrong = 0;
    double *share = malloc((n * n_classes + 2 * n + 1) * sizeof *share);
    int code = share != NULL ? STATUS_OK : fail(message, STATUS_RUN, "out of memory for a forest");
    if (code != STATUS_OK)
        return code;
    double *x = share + n * n_classes, *y = x + n;
    for (size_t i = 0; i < n; i++) {
        double *row = share + i * n_classes;
        size_t best = 0;
        to_shares(self->vote + i * n_classes, n_classes, row);
        for (size_t c = 1; c < n_classes; c++)
            if (row[c] > row[best])
                best = c;
        wrong += best != design->label[i];
    }
    self->out_of_bag_error = (double)wrong / (double)n;
    for (size_t c = 0; c < n_classes && code == STATUS_OK; c++) {
        for (size_t i = 0; i < n; i++) {
            x[i] = share[i * n_classes + c];
            y[i] = design->label[i] == c;
        }
        code = isotonic_init(&self->calibration[c], x, y, NULL, n, message);
    }
    free(share);
    return code;
}

static int allocate(struct forest *self, const struct design *design,
                    const struct member_settings *settings)
{
    self->n_inputs = design->n_inputs;
    self->n_classes = design->n_classes;
    self->n_trees = (settings->trees + REPLICAS - 1) / REPLICAS * REPLICAS;
    self->n_out_of_bag = design->n_rows < OUT_OF_BAG_MAX ? design->n_rows : OUT_OF_BAG_MAX;
    self->edge = malloc((self->n_inputs * (BINS - 1) + 1) * sizeof *self->edge);
    self->tree = calloc(self->n_trees + 1, sizeof *self->tree);
    self->vote = calloc(self->n_out_of_bag * self->n_classes + 1, sizeof *self->vote);
    self->calibration = calloc(self->n_classes + 1, sizeof *self->calibration);
    return self->edge != NULL && self->tree != NULL && self->vote != NULL &&
                   self->calibration != NULL
               ? STATUS_OK
               : STATUS_RUN;
}

static int forest_fit(void **state, const struct design *design,
                      const struct member_settings *settings, struct message *message)
{
    struct forest *self = calloc(1, sizeof *self);
    *state = self;
    if (self == NULL)
        return fail(message, STATUS_RUN, "out of memory for a forest");
    size_t n = design->n_rows, d = design->n_inputs;
    uint8_t *bin = malloc(n * d + 1);
    int code = allocate(self, design, settings);
    if (bin == NULL || code != STATUS_OK || set_edges(self, design) != STATUS_OK) {
        free(bin);
        return fail(message, STATUS_RUN, "out of memory for a forest of %zu trees",
                    settings->trees);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++)
            bin[i * d + j] = (uint8_t)bin_of(self->edge + j * (BINS - 1), design->x[i * d + j]);
    struct growing growing = {.forest = self, .design = design, .bin = bin, .seed = settings->seed};
    growing.n_tried = (size_t)ceil(sqrt((double)d));
    if (pthread_mutex_init(&growing.lock, NULL) != 0) {
        code = fail(message, STATUS_RUN, "cannot create a lock: the system is out of resources");
    } else {
        code = workers_run(settings->threads, self->n_trees, grow_tree, &growing, message);
        pthread_mutex_destroy(&growing.lock);
    }
    if (code == STATUS_OK)
        code = calibrate(self, design, message);
    free(bin);
    free(self->vote);
    self->vote = NULL;
    return code;
}

static void predict_row(const struct forest *self, const double *x, size_t replica, uint8_t *bin,
                        uint64_t *vote, double *out)
{
    size_t n_classes = self->n_classes;
    double sum = 0;
    for (size_t j = 0; j < self->n_inputs; j++)
        bin[j] = (uint8_t)bin_of(self->edge + j * (BINS - 1), x[j]);
    memset(vote, 0, n_classes * sizeof *vote);
    for (size_t t = 0; t < self->n_trees; t++) {
        if (replica != REPLICA_ALL && t % REPLICAS != replica)
            continue;
        const uint16_t *share = leaf_of(&self->tree[t], bin, n_classes);
        for (size_t c = 0; c < n_classes; c++)
            vote[c] += share[c];
    }
    to_shares(vote, n_classes, out);
    for (size_t c = 0; c < n_classes; c++) {
        out[c] = isotonic_at(&self->calibration[c], out[c]);
        sum += out[c];
    }
    for (size_t c = 0; c < n_classes; c++)
        out[c] = log(out[c] / sum);
}

static int forest_predict(const void *state, const double *x, size_t n, size_t replica, double *out,
                          struct message *message)
{
    const struct forest *self = state;
    uint8_t *bin = malloc(self->n_inputs + 1);
    uint64_t *vote = malloc((self->n_classes + 1) * sizeof *vote);
    int code = bin != NULL && vote != NULL
                   ? STATUS_OK
                   : fail(message, STATUS_RUN, "out of memory for a prediction");
    for (size_t i = 0; i < n && code == STATUS_OK; i++)
        predict_row(self, x + i * self->n_inputs, replica, bin, vote, out + i * self->n_classes);
    free(bin);
    free(vote);
    return code;
}

static double forest_out_of_bag_error(const void *state)
{
    return ((const struct forest *)state)->out_of_bag_error;
}

static void forest_free(void *state)
{
    struct forest *self = state;
    if (self == NULL)
        return;
    for (size_t t = 0; self->tree != NULL && t < self->n_trees; t++) {
        free(self->tree[t].node);
        free(self->tree[t].share);
    }
    for (size_t c = 0; self->calibration != NULL && c < self->n_classes; c++)
        isotonic_free(&self->calibration[c]);
    free(self->edge);
    free(self->tree);
    free(self->vote);
    free(self->calibration);
    free(self);
}

const struct member_kind member_forest = {
    .name = "forest",
    .summary = "random forest with histogram splits, isotonic regression of its out-of-bag votes",
    .fit = forest_fit,
    .predict = forest_predict,
    .out_of_bag_error = forest_out_of_bag_error,
    .free = forest_free,
};
