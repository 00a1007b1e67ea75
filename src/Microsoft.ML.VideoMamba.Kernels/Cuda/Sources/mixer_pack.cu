// A mixer's parameters as its kernels and matrix products read them: the directions side by side, A = -exp(A_log), the selection's rows with B and C first.
// Parameters come one after the other, each spread over the same threads.
#include "activation.cuh"
#ifndef DIRECTIONS
#define DIRECTIONS 2
#endif
#define N 16

struct MixerDirection { const float *conv_weight, *conv_bias; const act *x_proj, *dt_proj; const float *dt_bias, *a_log, *d; };
struct MixerPackArguments {
  const act* out_proj;               // (embed, channels)
  MixerDirection from[2];            // as the checkpoint has them: x_proj (rank + 2 N, channels) with delta's rows first, dt_proj (channels, rank)
  act *x_proj, *dt_proj;             // (directions, 2 N + padded, channels), B's rows, C's, delta's; (directions, channels, padded); zeros beyond the rank
  act* out_proj_twice;               // (embed, directions, channels): a direction's outputs lie side by side in the rows that it multiplies
  float *conv_weight, *conv_bias, *dt_bias, *a, *d;
  int embed, channels, rank, padded, taps;
};

// Any grid, 256 threads
extern "C" __global__ void __launch_bounds__(256) mixer_pack(const __grid_constant__ MixerPackArguments args) {
  const int thread = blockIdx.x * 256 + threadIdx.x, threads = gridDim.x * 256, channels = args.channels, rank = args.rank, padded = args.padded, rows = 2 * N + padded;
  for (int i = thread; i < args.embed * channels; i += threads) {
    #pragma unroll
    for (int k = 0; k < DIRECTIONS; k++) args.out_proj_twice[(i / channels * DIRECTIONS + k) * channels + i % channels] = args.out_proj[i];
  }
  #pragma unroll
  for (int k = 0; k < DIRECTIONS; k++) {
    const MixerDirection& from = args.from[k];
    for (int i = thread; i < rows * channels; i += threads) {
      const int row = i / channels, source = row < 2 * N ? rank + row : row - 2 * N;
      args.x_proj[k * rows * channels + i] = row < 2 * N + rank ? from.x_proj[source * channels + i % channels] : (act)0;
    }
    for (int i = thread; i < channels * padded; i += threads) {
      args.dt_proj[k * channels * padded + i] = i % padded < rank ? from.dt_proj[i / padded * rank + i % padded] : (act)0;
    }
    for (int i = thread; i < channels * args.taps; i += threads) args.conv_weight[k * channels * args.taps + i] = from.conv_weight[i];
    for (int i = thread; i < channels * N; i += threads) args.a[k * channels * N + i] = -expf(from.a_log[i]);
    for (int i = thread; i < channels; i += threads) {
      args.conv_bias[k * channels + i] = from.conv_bias[i]; args.dt_bias[k * channels + i] = from.dt_bias[i]; args.d[k * channels + i] = from.d[i];
    }
  }
}
