using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Inference;

/// <summary>Gathers patches as rows, (clip · position, colour · tubelet · patch · patch). A piece is a row of patches of one temporal position of one clip.</summary>
/// <param name="grid">How clips are cut.</param>
/// <param name="batch">Clips.</param>
/// <param name="rows">Receives the patches.</param>
internal sealed unsafe class PatchKernel(PatchGrid grid, int batch, TensorRows rows) : ISimdKernel
{
    /// <summary>The clips, (batch, colours, frames, height, width); pixels that fill no patch are left out.</summary>
    public float* Clips { get; set; }

    public int Pieces => batch * (grid.Frames / grid.Tubelet) * grid.Rows;

    public int Channels => grid.PatchSize;

    /// <inheritdoc/>
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int times = grid.Frames / grid.Tubelet, row = piece % grid.Rows, time = piece / grid.Rows % times, clip = piece / grid.Rows / times;
        var destination = rows.Row<TElement>((long)piece * grid.Columns);
        for (int colour = 0; colour < grid.Colours; colour++)
        {
            for (int frame = 0; frame < grid.Tubelet; frame++)
            {
                float* source = Clips + (((long)clip * grid.Colours + colour) * grid.Frames + time * grid.Tubelet + frame) * grid.Height * grid.Width;
                for (int y = 0; y < grid.Patch; y++, destination += grid.Patch) CopyLine(source + (long)(row * grid.Step + y) * grid.Width, destination);
            }
        }
    }

    /// <summary>One line of pixels, to the same line of each patch.</summary>
    private void CopyLine<TElement>(float* source, TElement* destination)
        where TElement : unmanaged, IElement<TElement>
    {
        for (int column = 0; column < grid.Columns; column++, source += grid.Step, destination += grid.PatchSize) ElementRow.Narrow(source, grid.Patch, destination);
    }
}
