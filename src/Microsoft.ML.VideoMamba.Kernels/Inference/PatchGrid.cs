namespace Microsoft.ML.VideoMamba.Kernels.Inference;

/// <summary>How clips are cut into patches.</summary>
/// <param name="Colours">Colour channels.</param>
/// <param name="Frames">Frames of a clip; 1 for images.</param>
/// <param name="Height">Height of a frame.</param>
/// <param name="Width">Width of a frame.</param>
/// <param name="Tubelet">Frames of a patch.</param>
/// <param name="Patch">Side of a patch.</param>
/// <param name="Step">From one patch to the next.</param>
public readonly record struct PatchGrid(int Colours, int Frames, int Height, int Width, int Tubelet, int Patch, int Step)
{
    /// <summary>Rows of patches in a frame.</summary>
    public int Rows => (Height - Patch) / Step + 1;

    /// <summary>Patches of a row.</summary>
    public int Columns => (Width - Patch) / Step + 1;

    /// <summary>Patches of a clip.</summary>
    public int Positions => Frames / Tubelet * Rows * Columns;

    /// <summary>Pixels of a patch, its colours counted.</summary>
    public int PatchSize => Colours * Tubelet * Patch * Patch;
}
