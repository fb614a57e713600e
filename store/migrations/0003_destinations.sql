CREATE TABLE "subjects" (
	"endpoint_id" text NOT NULL,
	"key" text NOT NULL,
	"remote" text,
	"last_occurred_at" timestamp (3) with time zone,
	"unsure_searches" integer,
	"unsure_delivery_id" text,
	"lease_attempt_id" text,
	"lease_delivery_id" text,
	"lease_until" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "subjects_endpoint_id_key_pk" PRIMARY KEY("endpoint_id","key")
);
--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "remote" text;--> statement-breakpoint
ALTER TABLE "endpoints" ADD COLUMN "config" text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "endpoints" ADD COLUMN "config_secrets" "bytea";--> statement-breakpoint
ALTER TABLE "endpoints" ADD COLUMN "templates" text;--> statement-breakpoint
ALTER TABLE "endpoints" ADD COLUMN "filter" text;--> statement-breakpoint
ALTER TABLE "endpoints" ADD COLUMN "configuration_faults" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "unmatched" text;--> statement-breakpoint
CREATE INDEX "subjects_updated" ON "subjects" USING btree ("updated_at");--> statement-breakpoint
CREATE INDEX "events_unmatched" ON "events" USING btree ("organization_id","created_at") WHERE unmatched is not null;--> statement-breakpoint
CREATE INDEX "portal_sessions_link" ON "portal_sessions" USING btree ("link_id");