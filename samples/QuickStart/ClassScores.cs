/// <summary>What the model says of a clip, as ML.NET reads it off the columns.</summary>
internal sealed class ClassScores
{
    public string PredictedLabel { get; set; } = "";

    public float[] Score { get; set; } = [];
}
