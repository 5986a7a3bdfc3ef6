;;; switchgear.el --- One model, every provider you pay for  -*- lexical-binding: t; -*-

;; Author: The Switchgear authors
;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; Keywords: tools, convenience
;; URL: https://pypi.org/project/switchgear/
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; A window on the Switchgear daemon: your merged models, who serves each and
;; why, in which order; failovers as they happen; one answer in a buffer.
;;
;;   (require 'switchgear)
;;   (switchgear-mode-line-mode 1)
;;   M-x switchgear
;;
;; Rules for editing: everything shown is the daemon's own word, cleaned and
;; never evaluated.  Nothing here knows of routing, quota or providers.  No
;; request is waited for in the editor's own thread.  A daemon that is gone is
;; no error: the mode line is empty until it is back.

;;; Code:

(require 'seq)
(require 'subr-x)
(require 'tabulated-list)

(defgroup switchgear nil
  "One model, every provider you pay for."
  :group 'tools
  :prefix "switchgear-")

(defcustom switchgear-notify t
  "Whether a failover is told in the echo area."
  :type 'boolean)

(defcustom switchgear-failover-hook nil
  "Functions called with the event, a plist, when a request moved on."
  :type 'hook)

(defcustom switchgear-event-hook nil
  "Functions called with each event, a plist."
  :type 'hook)

(defconst switchgear--version "0.1.0")
(defconst switchgear--first-pause 0.25 "Seconds until the first new try.")
(defconst switchgear--longest-pause 30.0 "Seconds between two tries at most.")
(defvar switchgear--patience 10 "Seconds for an answer that is no stream.")
(defconst switchgear--soon 0.2 "Seconds in which events are gathered.")
(defconst switchgear--longest-line (* 16 1024 1024) "Characters.")
(defconst switchgear--kept 500 "Events that are remembered.")

;;; Foreign text

(defun switchgear--clean (text)
  "TEXT as one line without control and direction characters or properties."
  (let ((plain (substring-no-properties (format "%s" (or text "")))))
    (setq plain (replace-regexp-in-string "[\u0000-\u001f\u007f]" " " plain))
    (replace-regexp-in-string "[\u0080-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]" "" plain)))

(defun switchgear--clean-answer (text)
  "TEXT without what could act; its newlines and tabs stay."
  (replace-regexp-in-string
   "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]" ""
   (substring-no-properties (or text ""))))

(defun switchgear--word (text)
  "The protocol's TEXT for people: \"quota_exhausted\" as \"quota exhausted\"."
  (replace-regexp-in-string "_" " " (switchgear--clean text)))

(defun switchgear--who (label)
  "\"Claude Pro\" of the LABEL \"Opus 4.6 (via Claude Pro)\"."
  (let ((text (switchgear--clean label)))
    (if (string-match "(via \\(.*\\))\\'" text) (match-string 1 text) text)))

(defun switchgear--moment (epoch)
  "EPOCH seconds as \"14:05\", on another day \"Tue 14:05\"."
  (let ((away (abs (- epoch (float-time)))))
    (format-time-string (if (< away 72000) "%H:%M" "%a %H:%M") epoch)))

;;; The socket

(defun switchgear--absolute (name)
  "The environment variable NAME when it is an absolute path."
  (let ((value (string-trim (or (getenv name) ""))))
    (and (string-prefix-p "/" value) (directory-file-name value))))

(defun switchgear--look (path)
  "The attributes of PATH; nil when it is not there or out of reach."
  (condition-case nil (file-attributes path 'integer) (file-error nil)))

(defun switchgear--private-p (directory)
  "Whether DIRECTORY is the user's own, closed to everybody else."
  (let ((found (switchgear--look directory)))
    (and found
         (eq (file-attribute-type found) t)
         (eql (file-attribute-user-id found) (user-uid))
         (zerop (logand #o077 (file-modes directory))))))

(defun switchgear--state-directory ()
  "Return where the daemon has its state."
  (or (let ((chosen (getenv "SWITCHGEAR_STATE"))) (and chosen (not (string-empty-p chosen)) chosen))
      (concat (or (switchgear--absolute "XDG_STATE_HOME")
                  (expand-file-name (if (eq system-type 'darwin) "~/Library/Application Support" "~/.local/state")))
              "/switchgear")))

(defun switchgear--runtime-directory ()
  "Return where the socket is, if that path is not too long."
  (let ((login (format "/run/user/%d" (user-uid))))
    (cond ((switchgear--absolute "XDG_RUNTIME_DIR") (concat (switchgear--absolute "XDG_RUNTIME_DIR") "/switchgear"))
          ((eq system-type 'darwin) (expand-file-name "~/Library/Caches/TemporaryItems/switchgear"))
          ((switchgear--private-p login) (concat login "/switchgear"))
          (t (concat (switchgear--state-directory) "/run")))))

(defun switchgear--socket ()
  "The path of the daemon's socket."
  (let ((chosen (getenv "SWITCHGEAR_SOCKET"))
        (directory (switchgear--runtime-directory))
        (longest (if (eq system-type 'darwin) 103 107)))
    (cond ((and chosen (not (string-empty-p chosen))) chosen)
          ((<= (string-bytes (concat directory "/switchgear.sock")) longest) (concat directory "/switchgear.sock"))
          (t (format "/tmp/switchgear-%d-%s/switchgear.sock"
                     (user-uid) (substring (secure-hash 'sha256 directory) 0 12))))))

(defun switchgear--refusal (path)
  "Why the socket at PATH is not talked to; nil when it may be."
  (let ((found (switchgear--look path))
        (directory (directory-file-name (file-name-directory path))))
    (cond ((null found) "no daemon runs")
          ((not (eql (file-attribute-user-id found) (user-uid))) (format "%s belongs to somebody else" path))
          ((not (switchgear--private-p directory)) (format "%s can be entered by others" directory)))))

;;; The connection

(defvar switchgear--seq nil "The last event that was heard.")
(defvar switchgear--line "" "The line for the mode line, cleaned.")
(defvar switchgear--level "ok" "What the line means: ok, warn or fail.")
(defvar switchgear--due nil "The timer that will ask for the line.")
(defvar switchgear--events nil "The events heard, the newest first.")
(defvar switchgear--process nil "The connection to the daemon, or nil.")
(defvar switchgear--reason "not connected yet" "Why there is none.")
(defvar switchgear--refused nil "The failure of a daemon too new or too old for this package.")
(defvar switchgear--timer nil "The next try.")
(defvar switchgear--pause switchgear--first-pause)
(defvar switchgear--pieces nil "What has come of a line, the last first.")
(defvar switchgear--size 0 "How many characters that are.")
(defvar switchgear--last-id 0)
(defvar switchgear--asked (make-hash-table :test #'eql)
  "Request id -> (GOOD BAD PROGRESS TIMER).")

(defun switchgear-connected-p ()
  "Whether there is a daemon."
  (and switchgear--process (process-live-p switchgear--process)))

(defun switchgear-connect ()
  "Connect, and stay connected.  Harmless twice, and without a daemon."
  (unless (or (switchgear-connected-p) switchgear--timer)
    (let* ((path (switchgear--socket))
           (refusal (switchgear--refusal path)))
      (if refusal
          (switchgear--lost refusal)
        (condition-case nil
            (switchgear--open path)
          (file-error (switchgear--lost "no daemon runs")))))))

(defun switchgear--open (path)
  "Talk to the daemon at PATH."
  (setq switchgear--pieces nil
        switchgear--size 0
        switchgear--process
        (make-network-process
         :name "switchgear" :family 'local :service path :noquery t
         :coding 'utf-8-unix
         :filter #'switchgear--read :sentinel #'switchgear--ended))
  (setq switchgear--reason "")
  (switchgear--request
   "initialize" `(:client (:name "emacs" :version ,switchgear--version))
   #'ignore #'switchgear--introduced)
  (switchgear--request
   "events/subscribe" (and switchgear--seq `(:since ,switchgear--seq))
   #'switchgear--subscribed #'ignore))

(defun switchgear--introduced (failure)
  "Remember FAILURE where it is one of versions: every command says it."
  (when (equal (plist-get (plist-get failure :data) :kind) "unsupported_version")
    (setq switchgear--refused failure)))

(defun switchgear--ended (process _what)
  "PROCESS has ended."
  (when (eq process switchgear--process)
    (switchgear--lost "no daemon runs")))

(defun switchgear--lost (why)
  "There is no daemon: WHY.  Try again later."
  (let ((waiting (hash-table-values switchgear--asked)))
    (when switchgear--process (delete-process switchgear--process))
    (setq switchgear--process nil switchgear--reason why switchgear--refused nil)
    (clrhash switchgear--asked)
    (switchgear--show "" "ok")
    (unless switchgear--timer
      (let ((wait (* switchgear--pause (+ 1 (/ (random 1000) 3000.0)))))
        (setq switchgear--pause
              (min (* 2 switchgear--pause) switchgear--longest-pause)
              switchgear--timer
              (run-at-time wait nil #'switchgear--again))))
    (dolist (asked waiting)
      (switchgear--unask asked)
      (funcall (nth 1 asked) '(:message "the daemon is gone"
                               :data (:hint "switchgear status"))))))

(defun switchgear--again ()
  "The next try."
  (setq switchgear--timer nil)
  (switchgear-connect))

(defun switchgear-disconnect ()
  "End, and do not come back."
  (interactive)
  (let ((process switchgear--process))
    (setq switchgear--process nil)
    (when process (delete-process process)))
  (when switchgear--timer (cancel-timer switchgear--timer))
  (setq switchgear--timer nil)
  (switchgear--show "" "ok"))

(defun switchgear--read (process text)
  "TEXT came from PROCESS: whole lines are messages."
  (when (eq process switchgear--process)
    (let ((lines (split-string text "\n")))
      (while (and (cdr lines) (eq process switchgear--process))
        (push (pop lines) switchgear--pieces)
        (let ((line (apply #'concat (nreverse switchgear--pieces))))
          (setq switchgear--pieces nil switchgear--size 0)
          ;; An error of a hook is its own: what comes behind is heard all the same.
          (with-demoted-errors "Switchgear: %S" (switchgear--heard line))))
      (push (car lines) switchgear--pieces)
      (setq switchgear--size (+ switchgear--size (length (car lines))))
      (when (> switchgear--size switchgear--longest-line)
        (switchgear--lost "the daemon sent too long a line")))))

(defun switchgear--heard (line)
  "LINE is one message."
  (let ((message (condition-case nil
                     (json-parse-string line :object-type 'plist :array-type 'array
                                        :null-object nil :false-object nil)
                   (json-error nil))))
    (if (consp message)
        (switchgear--take message)
      (switchgear--lost "the daemon said what is no message"))))

(defun switchgear--take (message)
  "MESSAGE is a reply or a notification."
  (let* ((params (plist-get message :params))
         (id (plist-get message :id))
         (asked (gethash (or id (plist-get params :token)) switchgear--asked)))
    (pcase (plist-get message :method)
      ("$/progress"
       (when (nth 2 asked) (funcall (nth 2 asked) (plist-get params :value))))
      ("events/event" (switchgear--happened (plist-get params :event)))
      ('nil
       (when asked
         (remhash id switchgear--asked)
         (switchgear--unask asked)
         (setq switchgear--pause switchgear--first-pause) ; it is a daemon
         (if-let ((failure (plist-get message :error)))
             (funcall (nth 1 asked) failure)
           (funcall (nth 0 asked) (plist-get message :result))))))))

(defun switchgear--unask (asked)
  "ASKED was answered: nothing waits for it any more."
  (when (nth 3 asked) (cancel-timer (nth 3 asked))))

(defun switchgear--send (message)
  "Write MESSAGE, a plist."
  (process-send-string
   switchgear--process
   (concat (json-serialize `(:jsonrpc "2.0" ,@message)) "\n")))

(defun switchgear--failed (failure)
  "Tell FAILURE, a plist of `:message' and maybe `:data'."
  (let ((hint (plist-get (plist-get failure :data) :hint)))
    (message "Switchgear: %s%s"
             (switchgear--clean (plist-get failure :message))
             (if hint (format " (hint: %s)" (switchgear--clean hint)) ""))))

(defun switchgear--request (method params good &optional bad progress)
  "Ask METHOD with PARAMS; GOOD takes the result, BAD the failure.
PROGRESS makes it a stream, which may take any time.  Return the id, or
nil when there is no daemon."
  (let ((bad (or bad #'switchgear--failed)))
    (cond
     ((not (switchgear-connected-p))
      (switchgear-connect)
      (funcall bad `(:message ,(format "the daemon is not running (%s)"
                                       switchgear--reason)
                     :data (:hint "switchgear status")))
      nil)
     (switchgear--refused (funcall bad switchgear--refused) nil)
     (t
      (let ((id (setq switchgear--last-id (1+ switchgear--last-id))))
        (puthash id (list good bad progress
                          (unless progress
                            (run-at-time switchgear--patience nil
                                         #'switchgear--give-up id)))
                 switchgear--asked)
        (switchgear--send `(:id ,id :method ,method :params ,params))
        id)))))

(defun switchgear--give-up (id)
  "Nobody answers the request ID."
  (when-let ((asked (gethash id switchgear--asked)))
    (remhash id switchgear--asked)
    (funcall (nth 1 asked) '(:message "the daemon does not answer"))))

;;; Events and the line

(defvar switchgear--names nil "The aliases last seen, for completion.")

(defun switchgear--aliases (models)
  "The aliases of MODELS, a vector."
  (mapcar (lambda (model) (plist-get model :alias)) models))

(defun switchgear--subscribed (result)
  "The RESULT of a subscription: a snapshot, and what was missed."
  (let ((snapshot (plist-get result :snapshot)))
    (setq switchgear--seq (plist-get snapshot :seq)
          switchgear--names (switchgear--aliases (plist-get snapshot :models)))
    (seq-do #'switchgear--happened (plist-get result :replayed))
    (switchgear--ask-line)
    (switchgear--redraw)))

(defun switchgear--happened (event)
  "Remember EVENT and tell whoever wants to know."
  (setq switchgear--seq (or (plist-get event :seq) switchgear--seq))
  (push event switchgear--events)
  (when (> (length switchgear--events) (* 2 switchgear--kept))
    (setq switchgear--events (seq-take switchgear--events switchgear--kept)))
  (unless switchgear--due
    (setq switchgear--due (run-at-time switchgear--soon nil #'switchgear--settled)))
  (switchgear--note-event event)
  (run-hook-with-args 'switchgear-event-hook event)
  (when (equal (plist-get event :type) "failover")
    (run-hook-with-args 'switchgear-failover-hook event)
    (when switchgear-notify
      (message "Switchgear: %s" (switchgear--event-words event)))))

(defun switchgear--settled ()
  "Events came a moment ago: the line and open pages may be others now."
  (setq switchgear--due nil)
  (when (switchgear-connected-p)
    (switchgear--ask-line)
    (switchgear--redraw)))

(defun switchgear--ask-line ()
  "Ask for the line of the mode line."
  (switchgear--request "prompt/show" nil
                       (lambda (line) (switchgear--show (plist-get line :text) (plist-get line :level)))
                       #'ignore))

(defun switchgear--show (text level)
  "Let the mode line say TEXT, in the manner of LEVEL."
  (let ((text (switchgear--clean text)))
    (unless (and (equal text switchgear--line) (equal level switchgear--level))
      (setq switchgear--line text switchgear--level level)
      (force-mode-line-update t))))

(defun switchgear--event-words (event)
  "EVENT in a few words."
  (let ((subject (string-join
                  (delq nil (list (plist-get event :alias)
                                  (and (equal (plist-get event :type) "failover") "left")
                                  (or (plist-get event :label) (plist-get event :provider))))
                  " "))
        (why (or (plist-get event :reason)
                 (when-let ((word (or (plist-get event :kind) (plist-get event :outcome)
                                      (plist-get event :health))))
                   (switchgear--word word))
                 "")))
    (switchgear--clean (if (or (string-empty-p subject) (string-empty-p why))
                           (concat subject why)
                         (concat subject ": " why)))))

(defface switchgear-good '((t :inherit success)) "What serves.")
(defface switchgear-busy '((t :inherit warning)) "What will be back.")
(defface switchgear-bad '((t :inherit error)) "What wants a cure.")
(defface switchgear-dim '((t :inherit shadow)) "What is only said beside.")

(defconst switchgear--mode-line '(:eval (switchgear-mode-line)))

(defun switchgear-mode-line ()
  "The segment of the mode line; \"\" when there is nothing to show."
  (if (string-empty-p switchgear--line)
      ""
    (let ((face (pcase switchgear--level ("warn" 'switchgear-busy) ("fail" 'switchgear-bad) (_ nil))))
      (propertize (concat " " (replace-regexp-in-string "%" "%%" switchgear--line)) 'face face))))

;;;###autoload
(define-minor-mode switchgear-mode-line-mode
  "Show in every mode line which provider serves, and what is left of it."
  :global t
  (setq global-mode-string (delete switchgear--mode-line (or global-mode-string '(""))))
  (when switchgear-mode-line-mode
    (setq global-mode-string (append global-mode-string (list switchgear--mode-line)))
    (switchgear-connect)))

;;; The list of models

(defun switchgear--mark (offer)
  "The state of OFFER as a glyph with a face."
  (let* ((health (plist-get offer :health))
         (face (cond ((plist-get offer :place) 'switchgear-good)
                     ((member health '("rate_limited" "quota_exhausted")) 'switchgear-busy)
                     ((member health '("available" "disabled")) 'switchgear-dim)
                     (t 'switchgear-bad)))
         (glyph (pcase face ('switchgear-good "●") ('switchgear-busy "◐") ('switchgear-dim "·") (_ "○"))))
    (propertize glyph 'face face)))

(defun switchgear--turn (offer)
  "What is said of the turn of OFFER: it serves, it is next, or why not."
  (pcase (plist-get offer :place)
    (1 "serves now")
    ((pred identity) "then")
    (_ (let ((reason (switchgear--clean (plist-get offer :reason)))
             (until (plist-get offer :until)))
         (concat (if (string-empty-p reason) (switchgear--word (plist-get offer :health)) reason)
                 (if until (concat ", back " (switchgear--moment until)) ""))))))

(defun switchgear--left (window)
  "What is left of WINDOW, and when it is reset."
  (let ((used (plist-get window :used))
        (remaining (plist-get window :remaining))
        (unit (plist-get window :unit))
        (state (plist-get window :state))
        (resets (plist-get window :resets_at)))
    (concat (switchgear--clean (plist-get window :window))
            (cond (used (format " %d %% left" (max 0 (round (* 100 (- 1 used))))))
                  (remaining (concat (format (if (= remaining (floor remaining)) " %d" " %.2f") remaining)
                                     (if unit (concat " " (switchgear--clean unit)) "")
                                     " left"))
                  ((member state '(nil "ok")) "")
                  (t (concat " " (switchgear--word state))))
            (if resets
                (concat (if (> resets (float-time)) ", resets " ", reset ")
                        (switchgear--moment resets))
              ""))))

(defun switchgear--tightest (offer)
  "The fullest window of OFFER in words."
  (let ((windows (sort (seq-filter (lambda (window) (plist-get window :used))
                                   (append (plist-get offer :windows) nil))
                       (lambda (one other) (> (plist-get one :used) (plist-get other :used))))))
    (if windows (switchgear--left (car windows)) "")))

(defun switchgear--row (model)
  "One line of the list for MODEL."
  (let* ((serving (plist-get model :serving))
         (offers (append (plist-get model :offers) nil))
         (server (seq-find (lambda (offer) (eql (plist-get offer :place) 1)) offers)))
    (list (plist-get model :alias)
          (vector (switchgear--clean (plist-get model :alias))
                  (if serving (switchgear--who serving) (propertize "nobody now" 'face 'switchgear-bad))
                  (mapconcat #'switchgear--mark offers " ")
                  (if server (switchgear--tightest server) "")))))

(defvar switchgear-list-mode-map
  (let ((map (make-sparse-keymap)))
    (set-keymap-parent map tabulated-list-mode-map)
    (define-key map (kbd "RET") #'switchgear-show-model)
    map)
  "Keys of the list of models.")

(define-derived-mode switchgear-list-mode tabulated-list-mode "Switchgear"
  "The merged models: who serves each, and what is left.  RET shows one."
  (setq tabulated-list-format [("Model" 24 t) ("Via" 24 t) ("Offers" 12 nil) ("Left" 0 nil)])
  (setq-local revert-buffer-function (lambda (&rest _) (switchgear--fill-list)))
  (tabulated-list-init-header))

(defun switchgear--fill-list ()
  "Ask for the models and show them."
  (let ((buffer (current-buffer)))
    (switchgear--request
     "models/list" nil
     (lambda (result)
       (let ((models (append (plist-get result :models) nil)))
         (setq switchgear--names (switchgear--aliases models))
         (when (buffer-live-p buffer)
           (with-current-buffer buffer
             (setq tabulated-list-entries (mapcar #'switchgear--row models))
             (tabulated-list-print t)
             (unless models
               (let ((inhibit-read-only t)) (insert "No models yet.  Type `switchgear setup' in a shell."))))))))))

;;;###autoload
(defun switchgear ()
  "Show your models, who serves each, and what is left."
  (interactive)
  (switchgear-connect)
  (pop-to-buffer (get-buffer-create "*switchgear*"))
  (unless (derived-mode-p 'switchgear-list-mode) (switchgear-list-mode))
  (switchgear--fill-list))

;;; The page of one model

(defvar-local switchgear--model nil "The alias this page is about.")

(defvar switchgear-model-mode-map
  (let ((map (make-sparse-keymap)))
    (set-keymap-parent map special-mode-map)
    (define-key map (kbd "M-<up>") #'switchgear-move-up)
    (define-key map (kbd "M-<down>") #'switchgear-move-down)
    (define-key map (kbd "+") #'switchgear-move-up)
    (define-key map (kbd "-") #'switchgear-move-down)
    (define-key map (kbd "p") #'switchgear-pin)
    (define-key map (kbd "u") #'switchgear-unpin)
    (define-key map (kbd "P") #'switchgear-pause)
    (define-key map (kbd "R") #'switchgear-resume)
    (define-key map (kbd "w") #'switchgear-why)
    map)
  "Keys of a model's page.")

(define-derived-mode switchgear-model-mode special-mode "Switchgear-Model"
  "One merged model: its offers in order, why and until when."
  (setq-local revert-buffer-function (lambda (&rest _) (switchgear--fill-model)))
  (setq truncate-lines t))

(defun switchgear--padded (text width)
  "TEXT in WIDTH columns."
  (truncate-string-to-width text width nil ?\s))

(defun switchgear--widest (offers words)
  "The columns that the longest of WORDS, a function, takes for OFFERS."
  (apply #'max 1 (mapcar (lambda (offer) (string-width (funcall words offer)))
                         offers)))

(defun switchgear--server (offer)
  "Who OFFER is by."
  (switchgear--who (plist-get offer :label)))

(defun switchgear--insert-offer (number offer names turns)
  "Insert OFFER at NUMBER, padded to NAMES and TURNS, and its windows."
  (let ((start (point)))
    (insert (format " %d  %s %s  %s  %s\n" number (switchgear--mark offer)
                    (switchgear--padded (switchgear--server offer) names)
                    (switchgear--padded (switchgear--turn offer) turns)
                    (propertize (switchgear--clean (plist-get offer :billing))
                                'face 'switchgear-dim)))
    (seq-do (lambda (window)
              (insert (propertize (format "      %s\n" (switchgear--left window))
                                  'face 'switchgear-dim)))
            (plist-get offer :windows))
    (put-text-property start (point)
                       'switchgear-provider (plist-get offer :provider))))

(defun switchgear--draw-model (model)
  "Write the page of MODEL into the current buffer; point keeps its line."
  (let* ((inhibit-read-only t)
         (line (line-number-at-pos))
         (offers (append (plist-get model :offers) nil))
         (names (switchgear--widest offers #'switchgear--server))
         (turns (switchgear--widest offers #'switchgear--turn))
         (serving (plist-get model :serving)))
    (erase-buffer)
    (insert (propertize (switchgear--clean (plist-get model :label)) 'face 'bold)
            (if serving
                (concat "  via " (switchgear--who serving))
              "  nobody can serve it now")
            (if (plist-get model :pinned) "  pinned" "") "\n\n")
    (seq-map-indexed
     (lambda (offer at) (switchgear--insert-offer (1+ at) offer names turns))
     offers)
    (insert (propertize "\n +/- order   p pin   u unpin   P pause   R resume\
   w why   g again   q quit\n"
                        'face 'switchgear-dim))
    (set-buffer-modified-p nil)
    (goto-char (point-min))
    (forward-line (1- line))))

(defun switchgear--fill-model ()
  "Ask for the model of this page and show it."
  (let ((buffer (current-buffer)))
    (switchgear--request
     "models/show" `(:model ,switchgear--model)
     (lambda (model)
       (when (buffer-live-p buffer)
         (with-current-buffer buffer (switchgear--draw-model model)))))))

(defun switchgear-show-model (alias)
  "Show the page of the model ALIAS."
  (interactive (list (or (tabulated-list-get-id) (switchgear--read-model))))
  (switchgear-connect)
  (pop-to-buffer (get-buffer-create (format "*switchgear %s*" (switchgear--clean alias))))
  (unless (derived-mode-p 'switchgear-model-mode) (switchgear-model-mode))
  (setq switchgear--model alias)
  (switchgear--fill-model))

(defun switchgear--redraw ()
  "Draw every open page anew."
  (dolist (buffer (buffer-list))
    (with-current-buffer buffer
      (cond ((derived-mode-p 'switchgear-model-mode) (switchgear--fill-model))
            ((derived-mode-p 'switchgear-list-mode) (switchgear--fill-list))))))

(defun switchgear--provider ()
  "The provider of the offer at point."
  (or (get-text-property (point) 'switchgear-provider)
      (user-error "Point is not on an offer")))

(defun switchgear--act (method params)
  "Ask METHOD with PARAMS and draw this page anew."
  (let ((buffer (current-buffer)))
    (switchgear--request method params
                         (lambda (_)
                           (when (buffer-live-p buffer)
                             (with-current-buffer buffer (switchgear--fill-model)))))))

(defun switchgear-pin ()
  "Pin the model to the offer at point."
  (interactive)
  (switchgear--act "sessions/pin" `(:model ,switchgear--model :provider ,(switchgear--provider))))

(defun switchgear-unpin ()
  "Let the model go its usual way."
  (interactive)
  (switchgear--act "sessions/unpin" `(:model ,switchgear--model)))

(defun switchgear-pause ()
  "Take the provider at point out of rotation."
  (interactive)
  (switchgear--act "providers/pause" `(:provider ,(switchgear--provider))))

(defun switchgear-resume ()
  "Put the provider at point back."
  (interactive)
  (switchgear--act "providers/resume" `(:provider ,(switchgear--provider))))

(defun switchgear--providers ()
  "The providers of this page, in order."
  (let ((found nil) (at (point-min)))
    (while at
      (let ((provider (get-text-property at 'switchgear-provider)))
        (when (and provider (not (member provider found))) (push provider found)))
      (setq at (next-single-property-change at 'switchgear-provider)))
    (nreverse found)))

(defun switchgear--move (steps)
  "Move the offer at point down by STEPS, in force and in the config."
  (let* ((provider (switchgear--provider))
         (order (switchgear--providers))
         (at (seq-position order provider))
         (to (max 0 (min (1- (length order)) (+ at steps))))
         (rest (remove provider order)))
    (unless (= at to)
      (switchgear--act "models/order"
                       `(:model ,switchgear--model
                         :providers ,(vconcat (seq-take rest to) (list provider) (seq-drop rest to)))))))

(defun switchgear-move-up ()
  "Ask the provider at point before the one above it."
  (interactive)
  (switchgear--move -1))

(defun switchgear-move-down ()
  "Ask the provider at point after the one below it."
  (interactive)
  (switchgear--move 1))

(defun switchgear-why ()
  "Say of each offer why it would serve, or not."
  (interactive)
  (switchgear--request
   "route/explain" `(:model ,switchgear--model)
   (lambda (found)
     (with-help-window "*switchgear why*"
       (seq-do (lambda (step)
                 (let ((reason (switchgear--clean (plist-get step :reason))))
                   (princ (format "%s/%s: %s%s\n" (switchgear--clean (plist-get step :provider))
                                  (switchgear--clean (plist-get step :model))
                                  (switchgear--word (plist-get step :code))
                                  (if (string-empty-p reason) "" (format " (%s)" reason))))))
               (plist-get found :steps))))))

;;; Choosing a model

(defun switchgear--read-model ()
  "Ask for one of the models last seen."
  (completing-read "Model: " switchgear--names))

;;;###autoload
(defun switchgear-select-model ()
  "Choose a model and show its page."
  (interactive)
  (switchgear-connect)
  (switchgear--request
   "models/list" nil
   (lambda (result)
     (let* ((models (append (plist-get result :models) nil))
            (table (mapcar (lambda (model) (cons (switchgear--clean (plist-get model :alias)) model)) models)))
       (if table
           (run-at-time 0 nil #'switchgear--choose table)
         (switchgear--failed '(:message "there are no models yet" :data (:hint "switchgear setup"))))))))

(defun switchgear--choose (table)
  "Choose of TABLE, an alist of aliases and models."
  (let* ((completion-extra-properties
          (list :annotation-function
                (lambda (alias) (concat "  " (switchgear--annotation (cdr (assoc alias table)))))))
         (alias (completing-read "Switchgear model: " table nil t)))
    (when-let ((model (cdr (assoc alias table))))
      (switchgear-show-model (plist-get model :alias)))))

(defun switchgear--annotation (model)
  "Who serves MODEL, and the state of its offers."
  (let ((serving (plist-get model :serving)))
    (concat (if serving (concat "via " (switchgear--who serving)) "nobody now") "  "
            (mapconcat #'switchgear--mark (plist-get model :offers) " "))))

;;; Events

(defun switchgear--event-line (event)
  "EVENT as a line of the buffer of events."
  (format "%s  %-10s  %s\n" (format-time-string "%H:%M:%S" (plist-get event :at))
          (switchgear--clean (plist-get event :type)) (switchgear--event-words event)))

(defun switchgear--note-event (event)
  "Add EVENT to the buffer of events, if there is one."
  (when-let ((buffer (get-buffer "*switchgear events*")))
    (with-current-buffer buffer
      (let ((inhibit-read-only t) (at-end (= (point) (point-max))))
        (save-excursion
          (goto-char (point-max))
          (insert (switchgear--event-line event)))
        (when at-end (goto-char (point-max)))))))

;;;###autoload
(defun switchgear-events ()
  "Show what happened, as it happens."
  (interactive)
  (switchgear-connect)
  (let ((new (not (get-buffer "*switchgear events*"))))
    (pop-to-buffer (get-buffer-create "*switchgear events*"))
    (when new
      (special-mode)
      (let ((inhibit-read-only t))
        (mapc (lambda (event) (insert (switchgear--event-line event))) (reverse switchgear--events))))
    (goto-char (point-max))))

;;; One answer

(defvar-local switchgear--answer nil "The id of the request awaited here.")

(defvar switchgear-answer-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "C-c C-k") #'switchgear-cancel)
    map)
  "Keys of an answer.")

(define-derived-mode switchgear-answer-mode text-mode "Switchgear-Answer"
  "An answer as it comes.
\\<switchgear-answer-mode-map>\\[switchgear-cancel] cancels it, and so does killing the buffer."
  (add-hook 'kill-buffer-hook #'switchgear-cancel nil t))

(defun switchgear-cancel ()
  "Give up the answer of this buffer."
  (interactive)
  (when (and switchgear--answer (switchgear-connected-p))
    (switchgear--send `(:method "$/cancelRequest"
                        :params (:id ,switchgear--answer))))
  (setq switchgear--answer nil))

(defun switchgear--append (buffer text)
  "Add TEXT at the end of BUFFER, if it still lives."
  (when (buffer-live-p buffer)
    (with-current-buffer buffer
      (save-excursion
        (goto-char (point-max))
        (insert text)))))

(defun switchgear--progress (buffer value)
  "VALUE is news of the answer in BUFFER."
  (pcase (plist-get value :type)
    ("text_delta" (switchgear--append buffer (switchgear--clean-answer (plist-get value :text))))
    ("restarted" (when (buffer-live-p buffer) (with-current-buffer buffer (erase-buffer))))))

(defun switchgear--answered (buffer result)
  "The answer in BUFFER is whole: RESULT."
  (when (buffer-live-p buffer)
    (with-current-buffer buffer (setq switchgear--answer nil))
    (let ((label (plist-get (plist-get result :served_by) :label)))
      (switchgear--append buffer
                          (format "\n\n— %s\n" (switchgear--clean label))))))

;;;###autoload
(defun switchgear-ask (alias text)
  "Ask the model ALIAS about TEXT; an active region is sent too."
  (interactive (list (switchgear--read-model)
                     (let ((asked (read-string "Ask: ")))
                       (if (use-region-p)
                           (concat asked "\n\n" (buffer-substring-no-properties (region-beginning) (region-end)))
                         asked))))
  (switchgear-connect)
  (let ((buffer (generate-new-buffer
                 (format "*switchgear answer %s*" (switchgear--clean alias)))))
    (with-current-buffer buffer
      (switchgear-answer-mode)
      (setq switchgear--answer
            (switchgear--request
             "completion/create"
             `(:model ,alias :messages [(:role "user" :content ,text)]
               :on_interrupt "restart"
               :session ,(format "emacs-%d" (emacs-pid)))
             (lambda (result) (switchgear--answered buffer result))
             (lambda (failure)
               (when (buffer-live-p buffer) (switchgear--failed failure)))
             (lambda (value) (switchgear--progress buffer value)))))
    (pop-to-buffer buffer)))

(provide 'switchgear)
;;; switchgear.el ends here
