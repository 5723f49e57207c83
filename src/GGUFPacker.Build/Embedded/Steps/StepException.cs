namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>A step cannot do what its instruction says; the engine adds the instruction's place.</summary>
internal sealed class StepException(string message, Exception? innerException = null) : Exception(message, innerException);
