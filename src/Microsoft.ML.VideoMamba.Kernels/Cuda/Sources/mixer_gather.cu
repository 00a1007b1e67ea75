// The gradients of B and C, which the scan leaves in slices, added up and put where the selection's gradient is read: the first columns of its rows.
#include "activation.cuh"
#define N 16

struct MixerGatherArguments {
  const float* slices;   // (groups, rows, 2 N)
  act* to;               // (rows, row): its first 2 N columns
  long long rows;
  int groups, row;
};

// grid ceil(rows / 32), 256 threads: eight a row, four columns each
extern "C" __global__ void __launch_bounds__(256) mixer_gather(const __grid_constant__ MixerGatherArguments args) {
  const long long row = (long long)blockIdx.x * 32 + (threadIdx.x >> 3);
  const int column = (threadIdx.x & 7) * 4;
  if (row >= args.rows) return;
  float sum[4] = {};
  for (int k = 0; k < args.groups; k++) {
    const f4 v = load_constant((const f4*)(args.slices + ((long long)k * args.rows + row) * (2 * N) + column));
    sum[0] += v.x; sum[1] += v.y; sum[2] += v.z; sum[3] += v.w;
  }
  *(act4*)(args.to + row * args.row + column) = down4(sum);
}
