// Sums over the middle axis of several tensors in one launch, each in a fixed order: parameters' gradients, which kernels leave as partial sums, put where and as
// their owner has them.
//   to[o, c] = factor[o, c] * sum over r of from[o, r, c], added to what is there where `adds`
#include "activation.cuh"
#define THREADS 512

// Threads that share the rows of a sum.
DEVICE int lanes_for(int rows) { return rows < 16 ? 1 : rows < 256 ? 16 : 64; }

struct GradientSum {
  const float* from;             // outer_stride from one o to the next, row_stride from one r to the next
  void* to;                      // float32 or, where rounded, the activations' type; to_stride from one o to the next
  const float* factor;           // (outer, columns), or null
  long long total;               // outer * columns
  int columns, rows;
  int outer_stride, row_stride, to_stride;
  int rounded;
  int first_block;               // of the launch
  int adds;
};
#define MOST 20
struct GradientSumsArguments { GradientSum sums[MOST]; int count, unused; };

// grid as first_block says, ceil(total lanes / 512) blocks for each sum; 512 threads
extern "C" __global__ void __launch_bounds__(THREADS) gradient_sums(const __grid_constant__ GradientSumsArguments args) {
  __shared__ float parts[THREADS];
  int which = 0;
  while (which + 1 < args.count && (int)blockIdx.x >= args.sums[which + 1].first_block) which++;
  const GradientSum& sum = args.sums[which];
  const int lanes = lanes_for(sum.rows), columns = THREADS / lanes, column = threadIdx.x % columns, lane = threadIdx.x / columns;
  const long long i = (long long)(blockIdx.x - sum.first_block) * columns + column;
  const bool in = i < sum.total;
  const long long o = in ? i / sum.columns : 0, c = in ? i % sum.columns : 0;
  const float* from = sum.from + o * sum.outer_stride + c;
  float v = 0.f;
  if (in) {
    #pragma unroll 4
    for (int r = lane; r < sum.rows; r += lanes) v += load_constant(from + (long long)r * sum.row_stride);
  }
  parts[threadIdx.x] = v;
  __syncthreads();
  if (lane > 0 || !in) return;
  for (int k = 1; k < lanes; k++) v += parts[k * columns + column];
  if (sum.factor) v *= sum.factor[i];
  const long long at = o * sum.to_stride + c;
  if (sum.rounded) {
    act* to = (act*)sum.to + at;
    *to = down(sum.adds ? v + up(*to) : v);
  } else {
    float* to = (float*)sum.to + at;
    *to = sum.adds ? v + *to : v;
  }
}
