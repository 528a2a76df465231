"""What the run knows of the product's tables, folders and routes, in one place."""

VIDEOS = "videos"
LIBRARY = "library"
TRANSCRIPTS = "transcripts"
NOTES = "notes"
TASKS = "tasks"
FETCHER_STATES = "fetcher_states"

# The columns of each table that the checker reads.
COLUMNS = {
    VIDEOS: ("video_id", "title", "transcript_available"),
    LIBRARY: ("user_id", "video_id"),
    TRANSCRIPTS: ("id", "video_id", "object_key", "sha256", "summary", "published_at"),
    NOTES: ("id", "user_id", "video_id", "timestamp", "text", "generated_by_ai"),
    TASKS: (
        *("id", "task_type", "subject", "video_id", "note_id", "status", "attempt"),
        *("failures", "max_attempts", "error_code"),
    ),
}

FETCH_METADATA = "fetch_metadata"
FETCH_TRANSCRIPT = "fetch_transcript"
GENERATE_SUMMARY = "generate_summary"
GENERATE_NOTE = "generate_note"

PENDING, COMPLETED, FAILED = "pending", "completed", "failed"
ACTIVE = (PENDING, "in_progress")
TERMINAL = (COMPLETED, FAILED, "cancelled")

OBJECTS = "objects"  # the store's folder in the data directory
QUEUES = ("metadata", "transcript", "summary", "note")
API = "/api/v2"


def of_video(video_id):
    return f"video:{video_id}"


def of_transcript(transcript_id):
    return f"transcript:{transcript_id}"


def of_note(note_id):
    return f"note:{note_id}"


def published_copy(video_id):
    return f"transcripts/{video_id}.json"
