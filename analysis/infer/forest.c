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
#include "analysis/infer/sort.h"
#include "analysis/infer/workers.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BINS = 256,
    ROWS_PER_TREE = 8000,
    OUT_OF_BAG_MAX = 20000,
    VOTE_ROWS = 500, /* rows that are binned or voted on together */
    TILE_ROWS = 32,
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
    struct growing *growing; /* only while it is fitted */
};

struct growing {
    struct forest *forest;
    const struct design *design;
    uint8_t *bin; /* [row][input] */
    uint64_t seed;
    unsigned threads;
    size_t n_tried;               /* inputs tried at each node */
    uint32_t *eligible[REPLICAS]; /* the rows outside each fold */
    size_t n_eligible[REPLICAS];
    uint8_t *in_bag; /* [tree][row / 8], a bit for each of the first n_out_of_bag rows */
    size_t bag_bytes;
};

/* Work space of one tree. Rows of the bag are copied side by side, input by input: what a node
 * reads then stays in the processor's cache. */
struct bag {
    const struct growing *growing;
    struct generator generator;
    struct tree *tree;
    size_t n_rows;
    uint8_t *bin;    /* [input][place in the bag] */
    uint16_t *label; /* per place */
    uint32_t *row;   /* the bag's places; a node owns a stretch of it */
    uint32_t *spare;
    uint32_t *key;          /* a node's rows in bin order: bin << 16 | label */
    uint32_t *total, *left; /* per class */
    uint16_t *input;        /* permutation of the inputs */
};

/* Number of edges below x, by halving without branches: which way to go is a coin toss. */
static inline size_t bin_of(const double *edge, double x)
{
    static_assert(BINS == 256, "255 edges: eight halves to the end");
    size_t below = 0;
    for (size_t half = BINS / 2; half > 0; half /= 2)
        below += edge[below + half - 1] < x ? half : 0;
    return below;
}

struct edges_job {
    struct forest *forest;
    const struct design *design;
};

/* Edges halfway between neighbouring quantiles; equal quantiles leave bins empty, which does no
 * harm. */
static int set_edges(void *context, size_t input, struct message *message)
{
    const struct edges_job *job = context;
    const struct design *design = job->design;
    size_t n = design->n_rows < 20000 ? design->n_rows : 20000;
    double *value = malloc((n + 1) * sizeof *value);
    double *edge = job->forest->edge + input * (BINS - 1);
    int code = value != NULL ? STATUS_OK : STATUS_RUN;
    for (size_t i = 0; i < n && code == STATUS_OK; i++)
        value[i] = design->x[i * design->n_inputs + input];
    if (code == STATUS_OK)
        code = sort_numbers(value, n);
    for (size_t b = 1; b < BINS && code == STATUS_OK; b++) {
        size_t at = b * n / BINS, before = at > 0 ? at - 1 : 0;
        edge[b - 1] = 0.5 * (value[before] + value[at]);
    }
    free(value);
    return code == STATUS_OK ? code : fail(message, code, "out of memory for a forest");
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
    const uint8_t *bin = bag->bin + input * bag->n_rows;
    uint32_t *key = n <= FEW_ROWS ? bag->key : bag->spare;
    for (size_t i = 0; i < n; i++)
        key[i] = (uint32_t)bin[row[i]] << 16 | bag->label[row[i]];
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
    const uint8_t *bin = bag->bin + split.input * bag->n_rows;
    size_t n_left = 0, n_right = 0;
    for (size_t i = 0; i < n; i++) {
        if (bin[row[i]] <= split.cut)
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
        bag->total[bag->label[row[i]]]++;
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

/* Copies the inputs of n rows, at most TILE_ROWS, to the bag's places from `first` on. */
static void copy_tile(struct bag *bag, const uint32_t *row, size_t first, size_t n)
{
    const struct growing *g = bag->growing;
    size_t d = g->forest->n_inputs;
    for (size_t j = 0; j < d; j++)
        for (size_t i = 0; i < n; i++)
            bag->bin[j * bag->n_rows + first + i] = g->bin[row[i] * d + j];
    for (size_t i = 0; i < n; i++)
        bag->label[first + i] = g->design->label[row[i]];
}

/* Draws the bag of tree `index` and copies its rows. */
static void fill_bag(struct bag *bag, size_t index)
{
    const struct growing *g = bag->growing;
    const uint32_t *eligible = g->eligible[index % REPLICAS];
    uint8_t *in_bag = g->in_bag + index * g->bag_bytes;
    uint32_t tile[TILE_ROWS];
    size_t n = g->n_eligible[index % REPLICAS], n_tile = 0;
    for (size_t i = 0; i < bag->n_rows; i++) {
        uint32_t row = eligible[generator_below(&bag->generator, n)];
        if (row < g->forest->n_out_of_bag)
            in_bag[row / 8] = (uint8_t)(in_bag[row / 8] | 1u << row % 8);
        bag->row[i] = (uint32_t)i;
        tile[n_tile++] = row;
        if (n_tile == TILE_ROWS || i + 1 == bag->n_rows) {
            copy_tile(bag, tile, i + 1 - n_tile, n_tile);
            n_tile = 0;
        }
    }
}

static int bag_init(struct bag *bag, const struct growing *g, size_t index)
{
    size_t d = g->forest->n_inputs, n_classes = g->forest->n_classes;
    size_t n = g->n_eligible[index % REPLICAS];
    n = n < ROWS_PER_TREE ? n : ROWS_PER_TREE;
    *bag = (struct bag){.growing = g, .tree = &g->forest->tree[index], .n_rows = n};
    bag->bin = malloc(n * d + 1);
    bag->row = malloc((3 * n + 2 * n_classes + 1) * sizeof *bag->row);
    bag->label = malloc((n + d + 1) * sizeof *bag->label);
    if (bag->bin == NULL || bag->row == NULL || bag->label == NULL)
        return STATUS_RUN;
    bag->spare = bag->row + n;
    bag->key = bag->spare + n;
    bag->total = bag->key + n;
    bag->left = bag->total + n_classes;
    bag->input = bag->label + n;
    for (size_t j = 0; j < d; j++)
        bag->input[j] = (uint16_t)j;
    generator_init(&bag->generator, g->seed, GENERATOR_TREE, index);
    return STATUS_OK;
}

static int grow_tree(void *state, size_t index, struct message *message)
{
    const struct growing *g = ((const struct forest *)state)->growing;
    struct bag bag;
    int code = bag_init(&bag, g, index);
    if (code == STATUS_OK) {
        fill_bag(&bag, index);
        code = grow(&bag, bag.n_rows);
    }
    free(bag.bin);
    free(bag.row);
    free(bag.label);
    return code == STATUS_OK ? code : fail(message, code, "out of memory for a tree");
}

/* Adds the shares of the trees that have not seen them to the votes of a block of rows. */
static int vote_out_of_bag(void *context, size_t index, struct message *message)
{
    const struct growing *g = context;
    struct forest *forest = g->forest;
    size_t n_classes = forest->n_classes, first = index * VOTE_ROWS, end = first + VOTE_ROWS;
    (void)message;
    if (end > forest->n_out_of_bag)
        end = forest->n_out_of_bag;
    for (size_t t = 0; t < forest->n_trees; t++) {
        const uint8_t *in_bag = g->in_bag + t * g->bag_bytes;
        for (size_t i = first; i < end; i++) {
            if (in_bag[i / 8] >> i % 8 & 1)
                continue;
            const uint16_t *share =
                leaf_of(&forest->tree[t], g->bin + i * forest->n_inputs, n_classes);
            for (size_t c = 0; c < n_classes; c++)
                forest->vote[i * n_classes + c] += share[c];
        }
    }
    return STATUS_OK;
}

static void to_shares(const uint64_t *vote, size_t n_classes, double *share)
{
    double sum = 0;
    for (size_t c = 0; c < n_classes; c++)
        sum += (double)vote[c];
    for (size_t c = 0; c < n_classes; c++)
        share[c] = sum > 0 ? (double)vote[c] / sum : 1 / (double)n_classes;
}

/* Out-of-bag shares, and which of them are wrong. */
struct calibration_job {
    struct forest *forest;
    const struct design *design;
    double *share; /* [row][class] */
};

/* Isotonic regression of a class's indicator on its out-of-bag share. */
static int calibrate_class(void *context, size_t class, struct message *message)
{
    const struct calibration_job *job = context;
    size_t n = job->forest->n_out_of_bag, n_classes = job->forest->n_classes;
    double *x = malloc((2 * n + 1) * sizeof *x);
    if (x == NULL)
        return fail(message, STATUS_RUN, "out of memory for a forest");
    double *y = x + n;
    for (size_t i = 0; i < n; i++) {
        x[i] = job->share[i * n_classes + class];
        y[i] = job->design->label[i] == class;
    }
    int code = isotonic_init(&job->forest->calibration[class], x, y, NULL, n, message);
    free(x);
    return code;
}

static int calibrate(struct forest *self, const struct design *design, unsigned threads,
                     struct message *message)
{
    size_t n = self->n_out_of_bag, n_classes = self->n_classes, wrong = 0;
    struct calibration_job job = {self, design, malloc((n * n_classes + 1) * sizeof(double))};
    if (job.share == NULL)
        return fail(message, STATUS_RUN, "out of memory for a forest");
    for (size_t i = 0; i < n; i++) {
        double *row = job.share + i * n_classes;
        size_t best = 0;
        to_shares(self->vote + i * n_classes, n_classes, row);
        for (size_t c = 1; c < n_classes; c++)
            if (row[c] > row[best])
                best = c;
        wrong += best != design->label[i];
    }
    self->out_of_bag_error = (double)wrong / (double)n;
    int code = workers_run(threads, n_classes, calibrate_class, &job, message);
    free(job.share);
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

static int bin_input(void *context, size_t block, struct message *message)
{
    const struct growing *g = context;
    size_t d = g->forest->n_inputs, end = (block + 1) * VOTE_ROWS;
    uint8_t *bin = g->bin;
    (void)message;
    for (size_t i = block * VOTE_ROWS; i < end && i < g->design->n_rows; i++)
        for (size_t j = 0; j < d; j++)
            bin[i * d + j] =
                (uint8_t)bin_of(g->forest->edge + j * (BINS - 1), g->design->x[i * d + j]);
    return STATUS_OK;
}

static int growing_init(struct growing *g, struct forest *forest, const struct design *design,
                        const struct member_settings *settings)
{
    size_t n = design->n_rows, d = design->n_inputs;
    *g = (struct growing){
        .forest = forest, .design = design, .seed = settings->seed, .threads = settings->threads};
    g->n_tried = (size_t)ceil(sqrt((double)d));
    g->bag_bytes = forest->n_out_of_bag / 8 + 1;
    g->bin = malloc(n * d + 1);
    g->in_bag = calloc(forest->n_trees * g->bag_bytes + 1, 1);
    int code = g->bin != NULL && g->in_bag != NULL ? STATUS_OK : STATUS_RUN;
    for (size_t r = 0; r < REPLICAS && code == STATUS_OK; r++) {
        g->eligible[r] = malloc((n + 1) * sizeof *g->eligible[r]);
        if (g->eligible[r] == NULL)
            code = STATUS_RUN;
        for (size_t i = 0; i < n && code == STATUS_OK; i++)
            if (design->fold[i] != r)
                g->eligible[r][g->n_eligible[r]++] = (uint32_t)i;
    }
    return code;
}

static void growing_free(struct growing *g)
{
    if (g == NULL)
        return;
    for (size_t r = 0; r < REPLICAS; r++)
        free(g->eligible[r]);
    free(g->bin);
    free(g->in_bag);
    free(g);
}

static size_t blocks_of(size_t n_rows)
{
    return (n_rows + VOTE_ROWS - 1) / VOTE_ROWS;
}

static int forest_begin(void **state, const struct design *design,
                        const struct member_settings *settings, struct member_work *work,
                        struct message *message)
{
    struct forest *self = calloc(1, sizeof *self);
    unsigned threads = settings->threads;
    *state = self;
    if (self == NULL)
        return fail(message, STATUS_RUN, "out of memory for a forest");
    self->growing = calloc(1, sizeof *self->growing);
    if (self->growing == NULL || allocate(self, design, settings) != STATUS_OK ||
        growing_init(self->growing, self, design, settings) != STATUS_OK)
        return fail(message, STATUS_RUN, "out of memory for a forest of %zu trees",
                    settings->trees);
    struct edges_job edges = {self, design};
    int code = workers_run(threads, self->n_inputs, set_edges, &edges, message);
    if (code == STATUS_OK)
        code = workers_run(threads, blocks_of(design->n_rows), bin_input, self->growing, message);
    size_t bag = design->n_rows < ROWS_PER_TREE ? design->n_rows : ROWS_PER_TREE;
    *work = (struct member_work){.n_tasks = self->n_trees, .cost_ns = 700.0 * (double)bag};
    return code;
}

static int forest_end(void *state, struct message *message)
{
    struct forest *self = state;
    const struct growing *growing = self->growing;
    int code = workers_run(growing->threads, blocks_of(self->n_out_of_bag), vote_out_of_bag,
                           self->growing, message);
    if (code == STATUS_OK)
        code = calibrate(self, growing->design, growing->threads, message);
    growing_free(self->growing);
    self->growing = NULL;
    free(self->vote);
    self->vote = NULL;
    return code;
}

/* Log probabilities from the votes of a row. */
static void to_answer(const struct forest *self, const uint64_t *vote, double *out)
{
    double sum = 0;
    to_shares(vote, self->n_classes, out);
    for (size_t c = 0; c < self->n_classes; c++) {
        out[c] = isotonic_at(&self->calibration[c], out[c]);
        sum += out[c];
    }
    for (size_t c = 0; c < self->n_classes; c++)
        out[c] = log(out[c] / sum);
}

/* At most VOTE_ROWS rows: every tree is walked for all of them before the next. */
static void predict_rows(const struct forest *self, const double *x, size_t n, size_t replica,
                         uint8_t *bin, uint64_t *vote, double *out)
{
    size_t d = self->n_inputs, n_classes = self->n_classes;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++)
            bin[i * d + j] = (uint8_t)bin_of(self->edge + j * (BINS - 1), x[i * d + j]);
    memset(vote, 0, n * n_classes * sizeof *vote);
    for (size_t t = 0; t < self->n_trees; t++) {
        if (replica != REPLICA_ALL && t % REPLICAS != replica)
            continue;
        for (size_t i = 0; i < n; i++) {
            const uint16_t *share = leaf_of(&self->tree[t], bin + i * d, n_classes);
            for (size_t c = 0; c < n_classes; c++)
                vote[i * n_classes + c] += share[c];
        }
    }
    for (size_t i = 0; i < n; i++)
        to_answer(self, vote + i * n_classes, out + i * n_classes);
}

static int forest_predict(const void *state, const double *x, size_t n, size_t replica, double *out,
                          struct message *message)
{
    const struct forest *self = state;
    size_t room = n < VOTE_ROWS ? n : VOTE_ROWS;
    uint8_t *bin = malloc(room * self->n_inputs + 1);
    uint64_t *vote = malloc((room * self->n_classes + 1) * sizeof *vote);
    int code = bin != NULL && vote != NULL
                   ? STATUS_OK
                   : fail(message, STATUS_RUN, "out of memory for a prediction");
    for (size_t first = 0; first < n && code == STATUS_OK; first += VOTE_ROWS)
        predict_rows(self, x + first * self->n_inputs,
                     n - first < VOTE_ROWS ? n - first : VOTE_ROWS, replica, bin, vote,
                     out + first * self->n_classes);
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
    growing_free(self->growing);
    free(self->edge);
    free(self->tree);
    free(self->vote);
    free(self->calibration);
    free(self);
}

const struct member_kind member_forest = {
    .name = "forest",
    .summary = "random forest with histogram splits, isotonic regression of its out-of-bag votes",
    .begin = forest_begin,
    .task = grow_tree,
    .end = forest_end,
    .predict = forest_predict,
    .out_of_bag_error = forest_out_of_bag_error,
    .free = forest_free,
};
