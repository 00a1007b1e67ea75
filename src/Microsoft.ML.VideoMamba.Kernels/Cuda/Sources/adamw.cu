// One step of AdamW over all parameters: norm of the gradients, clipping, decoupled weight decay, both moments, rounded copies, moving average, cleared gradients.
// Three launches, in this order: adamw_squares, adamw_norm, adamw_step.
//
// Glossary (Loshchilov and Hutter, "Decoupled weight decay regularization", algorithm 2)
//   p, g, m, v       parameters, gradients, first and second moment: blocks of the same layout        average  their moving average
//   rounded          copies of p in the activations' type that a network runs on; their gradients are added to g
//   s                factor of the gradients: of an accumulation's mean and of clipping, s = scale min(1, max_norm / (norm + 1e-6))
//   p -= lr decay p;  m = b1 m + (1 - b1) s g;  v = b2 v + (1 - b2) (s g)^2;  p -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + epsilon)
//
// A block takes a chunk, whose elements all belong to one group of parameters. The norm is summed in an order that depends on the chunks alone: it is the same at
// every run and on every card. Where it is not finite the step changes nothing, not even the gradients.
#include "activation.cuh"
#define THREADS 256
#define WIDTH 4

struct AdamWChunk {
  long long start;              // first element, a multiple of WIDTH
  int count, unused;            // elements, a multiple of WIDTH
  double rate_scale, decay;     // of its group
};

struct AdamWArguments {
  const AdamWChunk* chunks;
  float *p, *g, *m, *v;
  act *rounded, *rounded_g;     // may be null: both, or rounded_g alone
  float* average;               // may be null
  float *squares, *norm;        // one sum for each chunk; their root
  double learning_rate, decay;  // decay of the groups that are decayed; below 0: their own
  double correction;            // 1 - b1^t
  float scale, max_norm;        // max_norm 0: no clipping
  float b1, rest1, b2, rest2;   // rest: 1 - b
  float root_correction, epsilon;   // sqrt(1 - b2^t)
  float average_decay, average_rest;
  int count;                    // of chunks
};

struct Sum { float warps[32]; };

// The sum over the block's threads, in thread 0.
DEVICE float sum_of_block(float v, Sum& shared) {
  #pragma unroll
  for (int mask = 16; mask > 0; mask >>= 1) v += from_lane_xor(v, mask);
  if ((threadIdx.x & 31) == 0) shared.warps[threadIdx.x >> 5] = v;
  __syncthreads();
  v = threadIdx.x < blockDim.x / 32 ? shared.warps[threadIdx.x] : 0.f;
  if (threadIdx.x < 32) {
    #pragma unroll
    for (int mask = 16; mask > 0; mask >>= 1) v += from_lane_xor(v, mask);
  }
  return v;
}

DEVICE void load(const float* from, float* o) { const f4 v = *(const f4*)from; o[0] = v.x; o[1] = v.y; o[2] = v.z; o[3] = v.w; }
DEVICE void store(float* to, const float* o) { *(f4*)to = f4{o[0], o[1], o[2], o[3]}; }

// WIDTH gradients before clipping.
DEVICE void load_gradient(const AdamWArguments& args, long long at, float* g) {
  load(args.g + at, g);
  if (args.rounded_g) {
    float more[WIDTH];
    up4(*(const act4*)(args.rounded_g + at), more);
    for (int i = 0; i < WIDTH; i++) g[i] += more[i];
  }
  for (int i = 0; i < WIDTH; i++) g[i] *= args.scale;
}

// grid count, 256 threads
extern "C" __global__ void __launch_bounds__(THREADS) adamw_squares(const __grid_constant__ AdamWArguments args) {
  __shared__ Sum shared;
  const AdamWChunk chunk = args.chunks[blockIdx.x];
  float sum = 0.f;
  for (int i = threadIdx.x * WIDTH; i < chunk.count; i += THREADS * WIDTH) {
    float g[WIDTH];
    load_gradient(args, chunk.start + i, g);
    for (int k = 0; k < WIDTH; k++) sum = fmaf(g[k], g[k], sum);
  }
  sum = sum_of_block(sum, shared);
  if (threadIdx.x == 0) args.squares[blockIdx.x] = sum;
}

// One block, 1024 threads
extern "C" __global__ void __launch_bounds__(1024) adamw_norm(const __grid_constant__ AdamWArguments args) {
  __shared__ Sum shared;
  float sum = 0.f;
  for (int i = threadIdx.x; i < args.count; i += 1024) sum += args.squares[i];
  sum = sum_of_block(sum, shared);
  if (threadIdx.x == 0) *args.norm = sqrtf(sum);
}

// grid count, 256 threads
extern "C" __global__ void __launch_bounds__(THREADS) adamw_step(const __grid_constant__ AdamWArguments args) {
  const float norm = *args.norm;
  if (!isfinite(norm)) return;
  const AdamWChunk chunk = args.chunks[blockIdx.x];
  const float clip = args.max_norm > 0.f ? fminf(1.f, 1.f / (norm + 1e-6f) * args.max_norm) : 1.f;
  const double rate = args.learning_rate * chunk.rate_scale, decay = chunk.decay > 0. ? args.decay >= 0. ? args.decay : chunk.decay : 0.;
  const float kept = (float)(1. - rate * decay), size = (float)(rate / args.correction);
  const float nothing[WIDTH] = {};
  for (int i = threadIdx.x * WIDTH; i < chunk.count; i += THREADS * WIDTH) {
    const long long at = chunk.start + i;
    float p[WIDTH], g[WIDTH], m[WIDTH], v[WIDTH];
    load_gradient(args, at, g); load(args.p + at, p); load(args.m + at, m); load(args.v + at, v);
    for (int k = 0; k < WIDTH; k++) {
      const float clipped = g[k] * clip;
      m[k] = fmaf(args.rest1, clipped, args.b1 * m[k]);
      v[k] = fmaf(args.rest2 * clipped, clipped, args.b2 * v[k]);
      p[k] = fmaf(-size, m[k] / (sqrtf(v[k]) / args.root_correction + args.epsilon), kept * p[k]);
    }
    store(args.p + at, p); store(args.m + at, m); store(args.v + at, v); store(args.g + at, nothing);
    if (args.rounded) *(act4*)(args.rounded + at) = down4(p);
    if (args.rounded_g) *(act4*)(args.rounded_g + at) = down4(nothing);
    if (args.average) {
      float average[WIDTH];
      load(args.average + at, average);
      for (int k = 0; k < WIDTH; k++) average[k] = fmaf(args.average_rest, p[k], args.average_decay * average[k]);
      store(args.average + at, average);
    }
  }
}
