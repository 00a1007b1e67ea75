namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary><c>distill</c>: <c>train</c> with a teacher, a smaller network that is trained already.</summary>
internal static class DistillVerb
{
    public static Verb Create(ToolConsole console) => TrainVerb.Create(
        console,
        new Verb(
            "distill",
            "Train a network that learns from a smaller one too, its teacher. Takes what train takes; the teacher is frozen, and nothing of it is in the model that is written.",
            "distill --teacher small/weights.safetensors --data clips --output run --arch middle",
            "distill --teacher videomamba_s16_in1k_res224.pth --teacher-epochs 200 --distill-weight 1 --recipe in1k-middle-224 --data imagenet --output run",
            "distill --teacher old.pth --soft --data clips --output run --patch 8",
            "distill --output run --resume"),
        needsTeacher: true);
}
