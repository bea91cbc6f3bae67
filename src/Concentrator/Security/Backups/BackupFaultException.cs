namespace Concentrator.Security.Backups;

/// <summary>A backup cannot be used: what is wrong with it, and what to do.</summary>
internal sealed class BackupFaultException(string sentence) : Exception(sentence);
