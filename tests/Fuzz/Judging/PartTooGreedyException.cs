namespace Fuzz.Judging;

/// <summary>One message of a conversation took more memory than it may.</summary>
internal sealed class PartTooGreedyException(string sentence) : Exception(sentence);
