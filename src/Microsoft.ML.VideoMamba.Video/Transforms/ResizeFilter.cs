namespace Microsoft.ML.VideoMamba.Video.Transforms;

/// <summary>How pixels between pixels are computed. The original resizes video frames by the one and images by the other; swapping them shifts results.</summary>
public enum ResizeFilter
{
    /// <summary>OpenCV's bilinear interpolation on uint8, without antialiasing: for video frames.</summary>
    Bilinear,

    /// <summary>Pillow's bicubic interpolation (a = -0.5) on uint8, with antialiasing: for images.</summary>
    BicubicAntialiased,
}
