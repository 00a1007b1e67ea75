// Tokens as they are before their patches are added, and the sums that the gradients of positions, bias and class token are made of.
//
// Glossary
//   tokens (batch, length, channels) float32; length = 1 + T patches for T temporal positions; token 0 of a clip is the class token, 1 + t patches + n patch n of position t
//   tokens[b, 0] = class_token + spatial[0];  tokens[b, 1 + t patches + n] = bias + spatial[1 + n] + temporal[t]
// A thread takes WIDTH channels of one token of all clips.
#include "activation.cuh"
#ifndef WIDTH
#define WIDTH 4                            // 4 where channels are a multiple of 4, else 1
#endif

#if WIDTH == 4
DEVICE void load(const float* p, float* v) { const f4 q = load_constant((const f4*)p); v[0] = q.x; v[1] = q.y; v[2] = q.z; v[3] = q.w; }
DEVICE void store(float* p, const float* v) { *(f4*)p = f4{v[0], v[1], v[2], v[3]}; }
DEVICE void round(act* p, const float* v) { *(act4*)p = down4(v); }
#else
DEVICE void load(const float* p, float* v) { v[0] = load_constant(p); }
DEVICE void store(float* p, const float* v) { *p = v[0]; }
DEVICE void round(act* p, const float* v) { *p = down(v[0]); }
#endif

struct EmbedTokensArguments {
  const float *class_token, *spatial;      // (channels), (1 + patches, channels)
  const float *temporal, *bias;            // (T, channels) or null, (channels)
  float* tokens;
  long long total;                         // length channels
  int batch, channels, patches, unused;
};

// grid ceil(total / (256 WIDTH)), 256 threads
extern "C" __global__ void __launch_bounds__(256) embed_tokens(const __grid_constant__ EmbedTokensArguments args) {
  const long long at = ((long long)blockIdx.x * 256 + threadIdx.x) * WIDTH;
  if (at >= args.total) return;
  const int token = (int)(at / args.channels), channel = (int)(at % args.channels);
  const int patch = token > 0 ? 1 + (token - 1) % args.patches : 0;
  float v[WIDTH], more[WIDTH];
  load(args.spatial + (long long)patch * args.channels + channel, v);
  load((token > 0 ? args.bias : args.class_token) + channel, more);
  for (int k = 0; k < WIDTH; k++) v[k] += more[k];
  if (token > 0 && args.temporal) {
    load(args.temporal + (long long)((token - 1) / args.patches) * args.channels + channel, more);
    for (int k = 0; k < WIDTH; k++) v[k] += more[k];
  }
  for (int clip = 0; clip < args.batch; clip++) store(args.tokens + clip * args.total + at, v);
}

struct EmbedGradientsArguments {
  const float* gradient;                   // of the tokens
  act* rows;                               // receives it in the activations' type without the class tokens, (batch, length - 1, channels)
  float* sums;                             // receives its sum over the clips, (length, channels)
  long long total;                         // length channels
  int batch, channels;
};

// grid ceil(total / (256 WIDTH)), 256 threads
extern "C" __global__ void __launch_bounds__(256) embed_gradients(const __grid_constant__ EmbedGradientsArguments args) {
  const long long at = ((long long)blockIdx.x * 256 + threadIdx.x) * WIDTH;
  if (at >= args.total) return;
  float sum[WIDTH] = {};
  #pragma unroll 4
  for (int clip = 0; clip < args.batch; clip++) {
    float v[WIDTH];
    load(args.gradient + clip * args.total + at, v);
    for (int k = 0; k < WIDTH; k++) sum[k] += v[k];
    if (at >= args.channels) round(args.rows + clip * (args.total - args.channels) + at - args.channels, v);
  }
  store(args.sums + at, sum);
}
