// Decoded frames to a network's input: crop, bilinear resize, flip, gain, offset, noise, normalisation and erased boxes, a thread a new pixel.
//   out[c, t, y, x] = lerp(row tap y, lerp(column tap x, frame)) scale_c + shift_c + noise_c table[start + x]
// The taps say which two old rows and columns a new pixel lies between: crop, size and flip are in them.
#include "device.cuh"

struct AxisTap { int first, second; float weight; };       // old pixels, and how much of the second one
struct FrameClip {
  long long frames;              // byte of `data` where the first frame begins; (rows, columns, 3) bytes each
  long long rows, columns;       // bytes of `data` where the taps begin, one for each new row and column
  long long starts;              // byte of `data` where the noise rows' starts in `table` begin, (frames, height, 3) int; below 0 without noise
  long long erasings;            // byte of `data` where, for each frame and one more, its first erasing's number stands, then the erasings; below 0 without any
  long long fills;               // byte of `data` where the rows' starts of erasings begin
  int row_bytes, frame_bytes;    // from one old row (frame) to the next
  float scale[3], shift[3], noise[3];
  int unused;
};
struct FrameErasing {
  int top, left, height, width;  // a box of new pixels
  int starts;                    // number of its first start in `fills`, (3, box height) int into `table`; below 0 where a colour covers it
  float colour[3];
};
struct FramesResampleArguments {
  const unsigned char* data;     // what was sent to the card
  const FrameClip* clips;        // of each clip of the batch
  const float* table;            // normal noise
  float* out;                    // (batch, 3, frames, height, width)
  int frames, height, width, unused;
};

// grid (ceil(height * width / 256), frames, batch), 256 threads
extern "C" __global__ void __launch_bounds__(256) frames_resample(const __grid_constant__ FramesResampleArguments args) {
  const int pixel = blockIdx.x * 256 + threadIdx.x, plane = args.height * args.width, t = blockIdx.y;
  if (pixel >= plane) return;
  const int y = pixel / args.width, x = pixel % args.width;
  const FrameClip& clip = args.clips[blockIdx.z];
  const AxisTap row = ((const AxisTap*)(args.data + clip.rows))[y], column = ((const AxisTap*)(args.data + clip.columns))[x];
  const unsigned char* frame = args.data + clip.frames + (long long)t * clip.frame_bytes;
  const unsigned char *upper = frame + (long long)row.first * clip.row_bytes, *lower = frame + (long long)row.second * clip.row_bytes;
  const int* starts = (const int*)(args.data + (clip.starts < 0 ? 0 : clip.starts)) + (t * args.height + y) * 3;
  float values[3];
  #pragma unroll
  for (int c = 0; c < 3; c++) {
    const int left = 3 * column.first + c, right = 3 * column.second + c;
    const float a = upper[left], b = lower[left];
    const float above = fmaf(column.weight, upper[right] - a, a), below = fmaf(column.weight, lower[right] - b, b);
    float v = fmaf(fmaf(row.weight, below - above, above), clip.scale[c], clip.shift[c]);
    if (clip.starts >= 0) v = fmaf(clip.noise[c], args.table[starts[c] + x], v);
    values[c] = v;
  }
  if (clip.erasings >= 0) {
    const int *first = (const int*)(args.data + clip.erasings), *fills = (const int*)(args.data + clip.fills);
    const FrameErasing* boxes = (const FrameErasing*)(first + args.frames + 1);
    for (int i = first[t]; i < first[t + 1]; i++) {
      const FrameErasing& box = boxes[i];
      const int box_y = y - box.top, box_x = x - box.left;
      if (box_y < 0 || box_y >= box.height || box_x < 0 || box_x >= box.width) continue;
      #pragma unroll
      for (int c = 0; c < 3; c++) values[c] = box.starts < 0 ? box.colour[c] : args.table[fills[box.starts + c * box.height + box_y] + box_x];
    }
  }
  #pragma unroll
  for (int c = 0; c < 3; c++) args.out[(((long long)blockIdx.z * 3 + c) * args.frames + t) * plane + pixel] = values[c];
}
