namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

/// <summary>What decides how a frame becomes RGB. All of it may change from one frame to the next.</summary>
/// <param name="Width">Coded width in pixels.</param>
/// <param name="Height">Coded height in pixels.</param>
/// <param name="Format">FFmpeg's number of the pixel format.</param>
/// <param name="Range">0 unknown, 1 limited (16 to 235), 2 full.</param>
/// <param name="ColorSpace">The tag of the colour matrix: 1 is BT.709, 2 unset, 5 and 6 BT.601, 9 BT.2020.</param>
internal readonly record struct FrameShape(int Width, int Height, int Format, int Range, int ColorSpace);
