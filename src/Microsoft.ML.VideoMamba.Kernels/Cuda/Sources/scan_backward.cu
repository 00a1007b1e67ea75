// The gradients of the selective scan, both directions in one launch. scan.cuh has the symbols; tensors lie as in scan_forward.cu.
//
// With e = 2^(l A), G the gradient of the state / ln 2 and P what it passes on to the step before:
//   G_t = ln2 dy_t C_t + P_(t+1)      P_t = e_t G_t      q_t = P_t h_(t-1)
//   dC_t = sum over channels of ln2 dy_t h_t      dB_t = sum over channels of l_t u_t G_t      dA = ln2 sum_t l_t q_t
//   du_t = l_t <B_t, G_t> + D dy_t      ddelta_t = dl/ds (log2e u_t <B_t, G_t> + <A, q_t>)      (dy here is the gradient behind the gate)
//
// A lane owns four states (4 t ..) of four channels (4 g ..): sums over channels are short inside a lane and take four exchanges between lanes, sums over
// states three. The lane holds its states in an order of its own, place n for state 4 t + (n ^ order), so that what lanes exchange in sums over channels lies
// at the same place in all of them. What the sums complete belongs to the lane whose number is the channel's.
// Eight steps at a time, from the last to the first: their states are computed again from the kept one (that pass also gives y, dz and dC), every second one
// waits in shared memory, and the walk back computes those between from the decays that it needs anyway.
// A block's warps add up their dB and dC; the blocks' sums go to slices of their own, so that the result is the same at every run.
#include "scan.cuh"
static_assert(DELTA_ROW == CHANNELS, "delta is a tensor of its own here");
#ifndef WARPS
#define WARPS 4                  // of a block
#endif
#ifndef OUTPUTS_AGAIN
#define OUTPUTS_AGAIN 0          // whether y is written, for who kept it not; only with a gate
#endif

struct ScanBackwardArguments {
  const act *u, *delta, *z, *bc, *dy;
  const float *A, *D, *bias;
  const act* kept;         // (directions, batch, ceil(length / EVERY), N, CHANNELS) states / ln 2 before every EVERY-th step
  const float* carried;    // (directions, batch, chunks, N, CHANNELS) the P that comes into each chunk, or null for zeros
  act *du, *ddelta;        // as u
  act* dz;                 // (directions, batch, length, CHANNELS)
  act* y;                  // as u, only where OUTPUTS_AGAIN; may be delta, which has been read where it is written
  float* dbc;              // (gridDim.x, directions, batch, length, 2 N)
  float *dA, *dD, *dbias;  // (directions, batch * chunks, CHANNELS [, N])
  float* passed;           // (directions, batch, chunks, N, CHANNELS) the P before each chunk's first step, or null
  long long dy_direction;
  int batch, length, chunk, reverse;   // as for the forward kernel
};

struct __align__(16) Row { act u[32], delta[32], z[32], dy[32]; };
struct __align__(16) Step {
  float l[32], lu[32], g[32];      // step size, step size times input, ln 2 times the gradient behind the gate
  float sums[2 * N];               // the warp's dB and dC
};
struct __align__(16) WarpMemory {
  Row rows[2][EVERY];
  Step steps[EVERY];
  f4 h[EVERY / 2][4][32];          // states before every second step
  act4 kept[4][32];                // states before the first one, as they were kept
};
struct BlockMemory {
  WarpMemory warp[WARPS];
  act bc[2][EVERY][2 * N];
  f4 wide[4][EVERY][8];            // B and C as float32 in each of the four orders
};

// Four values of each of four lanes (numbers t) that differ in their last two bits: lane t gets the sum of the four lanes' value t.
DEVICE float sum_over_states(const float* v, int t) {
  const bool high = t & 2, odd = t & 1;
  float a = high ? v[2] : v[0], b = high ? v[3] : v[1];
  a += from_lane_xor(high ? v[0] : v[2], 2); b += from_lane_xor(high ? v[1] : v[3], 2);
  return (odd ? b : a) + from_lane_xor(odd ? a : b, 1);
}

// Four values of each of the eight lanes with the same t, each lane's in its own order: lane (g, t) gets the sum over the eight of state 4 t + (g >> 1).
DEVICE float sum_over_channels(const float* v) {
  const float a = v[0] + from_lane_xor(v[2], 16), b = v[1] + from_lane_xor(v[3], 16), c = a + from_lane_xor(b, 8);
  return c + from_lane_xor(c, 4);
}

DEVICE void copy_four(act4* to, const act* from, bool on) { if constexpr (sizeof(act4) == 16) copy16(to, from, on); else copy8(to, from, on); }
DEVICE void load4(f4 v, float* o) { o[0] = v.x; o[1] = v.y; o[2] = v.z; o[3] = v.w; }

// grid (ceil(CHANNELS / (32 WARPS)), batch * chunks, directions), 32 WARPS threads, at least 64 of them
extern "C" __global__ void __launch_bounds__(32 * WARPS, (F32 ? 8 : 12) / WARPS) scan_backward(const __grid_constant__ ScanBackwardArguments args) {
  extern __shared__ __align__(16) char memory[];
  BlockMemory& block = *(BlockMemory*)memory;
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, g = lane >> 2, t = lane & 3, order = g >> 1;
  WarpMemory& own = block.warp[warp];
  const int base = (blockIdx.x * WARPS + warp) * 32, length = args.length;
  const int chunks = (length + args.chunk - 1) / args.chunk, clip = blockIdx.y / chunks, chunk = blockIdx.y % chunks, direction = blockIdx.z;
  const bool forwards = (direction ^ args.reverse) == 0;
  const int start = chunk * args.chunk, end = min(length, start + args.chunk);
  const long long sequence = (long long)direction * args.batch + clip, walk = sequence * chunks + chunk;
  const bool live = base + lane < CHANNELS, live4 = base + 4 * g < CHANNELS;
  const int c = live ? base + lane : 0, c4 = live4 ? base + 4 * g : 0;
  auto token = [&](int step) { return forwards ? step : length - 1 - step; };

  float a[4][4], G[4][4], dA[4][4] = {};
  #pragma unroll
  for (int r = 0; r < 4; r++) {
    #pragma unroll
    for (int n = 0; n < 4; n++) {
      const int state = 4 * t + (n ^ order);
      a[r][n] = live4 ? args.A[(direction * CHANNELS + c4 + r) * N + state] : 0.f;
      G[r][n] = live4 && args.carried ? args.carried[(walk * N + state) * CHANNELS + c4 + r] : 0.f;
    }
  }
  auto bias_of = [&](int channel) { return args.bias && channel < CHANNELS ? args.bias[direction * CHANNELS + channel] * LOG2E : 0.f; };
  const float skip = args.D && live ? args.D[direction * CHANNELS + c] : 0.f, bias = bias_of(base + lane);
  const int odd = lane >> 4, two = 2 * (lane & 15);          // before the walks a lane prepares two channels of every second step
  const float bias2[2] = {bias_of(base + two), bias_of(base + two + 1)};
  float dD = 0.f, dbias = 0.f;
  const int stride = forwards ? CHANNELS : -CHANNELS;        // from one step's channels to the next step's

  // Places inside a sequence are counted in 32 bits: a sequence's rows are shorter than 2^31 elements, and 64-bit arithmetic would take twice the instructions.
  const act *u = args.u + sequence * length * CHANNELS, *delta = args.delta + sequence * length * CHANNELS, *bc = args.bc + sequence * length * BC_ROW;
  const act *z = args.z + (long long)clip * length * Z_ROW, *dy = args.dy + direction * args.dy_direction + (long long)clip * length * DY_ROW;
  const act* kept = args.kept + sequence * ((length + EVERY - 1) / EVERY) * N * CHANNELS;
  float* dbc = args.dbc + (((long long)blockIdx.x * gridDim.z + direction) * args.batch + clip) * length * (2 * N);
  const long long outputs = sequence * length * CHANNELS;
  auto fetch = [&](int k) {                                  // the rows of the eight steps from k EVERY
    const int turn = k & 1, step = k * EVERY + g, piece = 8 * t;
    Row& to = own.rows[turn][g];
    const bool in = step < end && base + piece < CHANNELS;
    const unsigned at = in ? token(step) : 0, from = in ? base + piece : 0, here = at * CHANNELS + from, gradient = at * DY_ROW + from, gate = at * Z_ROW + from;
    #pragma unroll
    for (int i = 0; i < PIECES; i++) {
      const int o = i * WIDE;
      copy16(&to.u[piece + o], u + here + o, in); copy16(&to.delta[piece + o], delta + here + o, in); copy16(&to.dy[piece + o], dy + gradient + o, in);
      if (GATE) copy16(&to.z[piece + o], z + gate + o, in);
    }
    if (threadIdx.x < EVERY * 2 * N / WIDE) {
      const int p = threadIdx.x / (2 * N / WIDE), o = threadIdx.x % (2 * N / WIDE) * WIDE;
      const bool there = k * EVERY + p < end;
      copy16(&block.bc[turn][p][o], bc + (there ? (unsigned)token(k * EVERY + p) * BC_ROW + o : 0u), there);
    }
  };
  auto fetch_kept = [&](int k) {                             // and the states before them
    const act* from = kept + ((unsigned)k * N + 4 * t) * CHANNELS + c4;
    #pragma unroll
    for (int n = 0; n < 4; n++) copy_four(&own.kept[n ^ order][lane], from + n * CHANNELS, live4);
  };
  auto add_up = [&](int k) {                                 // the warps' dB and dC of those steps, to the block's slice
    const int p = threadIdx.x >> 3, column = (threadIdx.x & 7) * 4, step = k * EVERY + p;
    if (p >= EVERY || step >= end) return;
    f4 sum = *(const f4*)&block.warp[0].steps[p].sums[column];
    #pragma unroll
    for (int w = 1; w < WARPS; w++) {
      const f4 more = *(const f4*)&block.warp[w].steps[p].sums[column];
      sum.x += more.x; sum.y += more.y; sum.z += more.z; sum.w += more.w;
    }
    *(f4*)(dbc + (unsigned)token(step) * (2 * N) + column) = sum;
  };

  const int first = start / EVERY, last = (end + EVERY - 1) / EVERY - 1;
  fetch(last); fetch_kept(last); copy_commit();
  #pragma unroll 1
  for (int k = last; k >= first; k--) {
    const int turn = k & 1, left = end - k * EVERY;          // steps that there are
    const Row* rows = own.rows[turn];
    copy_wait<0>(); __syncthreads();                         // the rows are there; the steps behind are done with
    if (k > first) fetch(k - 1);
    if (k < last) add_up(k + 1);
    if (threadIdx.x < EVERY * 8) {
      float v[4]; up4(*(const act4*)&block.bc[turn][threadIdx.x >> 3][4 * (threadIdx.x & 7)], v);
      #pragma unroll
      for (int o = 0; o < 4; o++) block.wide[o][threadIdx.x >> 3][threadIdx.x & 7] = f4{v[o], v[1 ^ o], v[2 ^ o], v[3 ^ o]};
    }
    {
      // All is read before anything is written: the compiler can't move a read ahead of a write that may be to the same place, and the steps would wait for one another.
      act2 delta2[EVERY / 2], u2[EVERY / 2], z2[EVERY / 2], dy2[EVERY / 2];
      #pragma unroll
      for (int i = 0; i < EVERY / 2; i++) {
        const Row& from = rows[2 * i + odd];
        delta2[i] = *(const act2*)&from.delta[two]; u2[i] = *(const act2*)&from.u[two]; dy2[i] = *(const act2*)&from.dy[two];
        if (GATE) z2[i] = *(const act2*)&from.z[two];
      }
      #pragma unroll
      for (int i = 0; i < EVERY / 2; i++) {
        Step& to = own.steps[2 * i + odd];
        float x[2], input[2], gate[2] = {}, arriving[2], l[2];
        up2(delta2[i], x); up2(u2[i], input); up2(dy2[i], arriving);
        if (GATE) up2(z2[i], gate);
        #pragma unroll
        for (int j = 0; j < 2; j++) {
          l[j] = step_size(2 * i + odd < left ? fmaf(x[j], LOG2E, bias2[j]) : NO_STEP);
          arriving[j] *= LN2;
          if (GATE) arriving[j] *= silu(gate[j]);
        }
        *(f2*)&to.l[two] = f2{l[0], l[1]}; *(f2*)&to.lu[two] = f2{l[0] * input[0], l[1] * input[1]}; *(f2*)&to.g[two] = f2{arriving[0], arriving[1]};
      }
    }
    __syncthreads();

    {                                                        // forwards through the eight steps: states, y, dz, dC
      float h[4][4];
      #pragma unroll
      for (int n = 0; n < 4; n++) {
        float v[4]; up4(own.kept[n][lane], v);
        #pragma unroll
        for (int r = 0; r < 4; r++) h[r][n] = v[r];
      }
      if (k > first) fetch_kept(k - 1);
      copy_commit();
      const unsigned at = (unsigned)token(k * EVERY) * CHANNELS + c;
      act *dz = args.dz + outputs + at, *output = args.y + outputs + at;
      const Row* row = rows;
      Step* step = own.steps;
      const f4* maps = &block.wide[order][0][t];
      f4* before = &own.h[0][0][lane];
      #pragma unroll 1
      for (int p = 0; p < EVERY; p += 2, row += 2, step += 2, maps += 2 * 8, before += 4 * 32, dz += 2 * stride, output += 2 * stride) {
        float y[2][4] = {}, dC[2][4] = {};
        #pragma unroll
        for (int n = 0; n < 4; n++) before[32 * n] = f4{h[0][n], h[1][n], h[2][n], h[3][n]};
        #pragma unroll
        for (int j = 0; j < 2; j++) {
          float l[4], lu[4], gg[4], b[4], cc[4];
          load4(*(const f4*)&step[j].l[4 * g], l); load4(*(const f4*)&step[j].lu[4 * g], lu); load4(*(const f4*)&step[j].g[4 * g], gg);
          load4(maps[8 * j], b); load4(maps[8 * j + 4], cc);
          #pragma unroll
          for (int r = 0; r < 4; r++) {
            #pragma unroll
            for (int n = 0; n < 4; n++) {
              h[r][n] = fmaf(h[r][n], decay(l[r], a[r][n]), lu[r] * b[n]);
              y[j][r] = fmaf(h[r][n], cc[n], y[j][r]);
              dC[j][n] = fmaf(gg[r], h[r][n], dC[j][n]);
            }
          }
        }
        // Both steps' sums together, and what is stored under a condition last: their latencies then hide behind each other.
        float sum[2], slope[2], out[2];
        #pragma unroll
        for (int j = 0; j < 2; j++) {
          sum[j] = sum_over_channels(dC[j]);
          if (GATE) {
            const float zz = up(row[j].z[lane]), s = sigmoid(zz);
            out[j] = fmaf(LN2, sum_over_states(y[j], t), skip * up(row[j].u[lane]));
            slope[j] = up(row[j].dy[lane]) * out[j] * silu_slope(zz, s);
            out[j] *= zz * s;
          }
        }
        #pragma unroll
        for (int j = 0; j < 2; j++) {
          if ((g & 1) == 0) step[j].sums[N + 4 * t + (g >> 1)] = sum[j];
          if (GATE && live && p + j < left) {
            dz[j * stride] = down(slope[j]);
            if (OUTPUTS_AGAIN) output[j * stride] = down(out[j]);
          }
        }
      }
    }

    const long long at = (long long)token(k * EVERY + EVERY - 2) * CHANNELS + c;      // may lie before the sequence: nothing is written there
    act *du = args.du + outputs + at, *ddelta = args.ddelta + outputs + at;
    const Row* row = rows + EVERY - 2;
    Step* step = own.steps + EVERY - 2;
    const f4 *maps = &block.wide[order][EVERY - 2][t], *kept_before = &own.h[EVERY / 2 - 1][0][lane];
    #pragma unroll 1
    for (int p = EVERY - 2; p >= 0; p -= 2, row -= 2, step -= 2, maps -= 2 * 8, kept_before -= 4 * 32, du -= 2 * stride, ddelta -= 2 * stride) {      // and back, two steps at a time
      float before[4][4], between[4][4], e0[4][4];
      {
        float l[4], lu[4], b[4];
        load4(*(const f4*)&step[0].l[4 * g], l); load4(*(const f4*)&step[0].lu[4 * g], lu); load4(maps[0], b);
        #pragma unroll
        for (int n = 0; n < 4; n++) {
          float v[4]; load4(kept_before[32 * n], v);
          #pragma unroll
          for (int r = 0; r < 4; r++) {
            before[r][n] = v[r];
            e0[r][n] = decay(l[r], a[r][n]);
            between[r][n] = fmaf(v[r], e0[r][n], lu[r] * b[n]);
          }
        }
      }
      float BG[2][4] = {}, Aq[2][4] = {}, dB[2][4] = {};
      #pragma unroll
      for (int j = 1; j >= 0; j--) {
        float l[4], lu[4], gg[4], b[4], cc[4];
        load4(*(const f4*)&step[j].l[4 * g], l); load4(*(const f4*)&step[j].lu[4 * g], lu); load4(*(const f4*)&step[j].g[4 * g], gg);
        load4(maps[8 * j], b); load4(maps[8 * j + 4], cc);
        #pragma unroll
        for (int r = 0; r < 4; r++) {
          #pragma unroll
          for (int n = 0; n < 4; n++) {
            const float e = j == 0 ? e0[r][n] : decay(l[r], a[r][n]), h = j == 0 ? before[r][n] : between[r][n];
            const float G_t = fmaf(gg[r], cc[n], G[r][n]);
            dB[j][n] = fmaf(lu[r], G_t, dB[j][n]);
            BG[j][r] = fmaf(b[n], G_t, BG[j][r]);
            G[r][n] = e * G_t;
            const float q = G[r][n] * h;
            Aq[j][r] = fmaf(a[r][n], q, Aq[j][r]);
            dA[r][n] = fmaf(l[r], q, dA[r][n]);
          }
        }
      }
      float sum[2], du_[2], ddelta_[2];
      #pragma unroll
      for (int j = 0; j < 2; j++) {
        sum[j] = sum_over_channels(dB[j]);
        const float bg = sum_over_states(BG[j], t), aq = sum_over_states(Aq[j], t);
        const float input = up(row[j].u[lane]), mine = step[j].l[lane], behind = LOG2E * step[j].g[lane];
        const float s = fmaf(up(row[j].delta[lane]), LOG2E, bias);
        du_[j] = fmaf(mine, bg, skip * behind);
        ddelta_[j] = step_slope(p + j < left ? s : NO_STEP, mine) * fmaf(LOG2E * input, bg, aq);
        if (!SOFTPLUS && p + j >= left) ddelta_[j] = 0.f;
        dD = fmaf(behind, input, dD); dbias += ddelta_[j];
      }
      #pragma unroll
      for (int j = 0; j < 2; j++) {
        if ((g & 1) == 0) step[j].sums[4 * t + (g >> 1)] = sum[j];
        if (live && p + j < left) { du[j * stride] = down(du_[j]); ddelta[j * stride] = down(ddelta_[j]); }
      }
    }
  }
  __syncthreads();
  add_up(first);
  if (live4) {
    #pragma unroll
    for (int r = 0; r < 4; r++) {
      #pragma unroll
      for (int n = 0; n < 4; n++) {
        const int state = 4 * t + (n ^ order);
        args.dA[(walk * CHANNELS + c4 + r) * N + state] = LN2 * dA[r][n];
        if (args.passed) args.passed[(walk * N + state) * CHANNELS + c4 + r] = G[r][n];
      }
    }
  }
  if (live) { args.dD[walk * CHANNELS + c] = dD; args.dbias[walk * CHANNELS + c] = dbias; }
}
