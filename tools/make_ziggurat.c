/* make_ziggurat.c - prints sim/ziggurat_table.h: the 256 layers of the exponential density.
 *
 * Usage: cc -O0 -o make_ziggurat tools/make_ziggurat.c -lm && ./make_ziggurat >
 * sim/ziggurat_table.h Method: Marsaglia and Tsang, "The ziggurat method for generating random
 * variables", J. Stat. Software 5(8), 2000.
 */
#include <math.h>
#include <stdio.h>

#define LAYERS 256

/* Area of each layer when the lowest one ends at `edge`: the rectangle below exp(-edge) plus the
 * tail beyond. */
static double layer_area(double edge)
{
    return (edge + 1.0) * exp(-edge);
}

/* Height left above the top layer when the layers are stacked from `edge`: 0 at the right edge. */
static double surplus(double edge, double x[LAYERS + 1])
{
    double area = layer_area(edge), height = exp(-edge);
    x[0] = area / height; /* a wider base stands for the tail */
    x[1] = edge;
    for (int i = 2; i <= LAYERS; i++) {
        height += area / x[i - 1];
        x[i] = height < 1.0 ? -log(height) : 0.0;
    }
    return height - 1.0;
}

int main(void)
{
    double x[LAYERS + 1], low = 7.0, high = 8.5;
    for (int i = 0; i < 200; i++) {
        double middle = 0.5 * (low + high);
        if (surplus(middle, x) > 0.0)
            low = middle;
        else
            high = middle;
    }
    surplus(high, x);
    x[LAYERS] = 0.0;
    puts("/* ziggurat_table.h - made by tools/make_ziggurat.c; right edges of 256 equal-area "
         "layers of exp(-x) */");
    puts("const double ziggurat_x[257] = {");
    for (int i = 0; i <= LAYERS; i++)
        printf("    %a,\n", x[i]);
    puts("};\nconst double ziggurat_y[257] = {");
    for (int i = 0; i <= LAYERS; i++)
        printf("    %a,\n", i == 0 ? 0.0 : exp(-x[i]));
    puts("};");
    return 0;
}
