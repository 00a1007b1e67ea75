// One row of float32, many times: what products are added to.
#include "device.cuh"

struct RepeatRowArguments { const float* row; float* to; long long total; int width; };

// grid ceil(total / 256), 256 threads
extern "C" __global__ void __launch_bounds__(256) repeat_row(const __grid_constant__ RepeatRowArguments args) {
  const long long i = (long long)blockIdx.x * 256 + threadIdx.x;
  if (i < args.total) args.to[i] = args.row ? args.row[i % args.width] : 0.f;
}
